import { describe, expect, it } from '@jest/globals';
import { type LogCursor, logCursor } from '../../../../src/platforms/kubernetes/logs/cursor.ts';

const at = (time: string, text: string): string => `2026-11-22T10:00:${time}Z ${text}`;

/** What a reader gives of one answer. */
function read(cursor: LogCursor, lines: string[]): string[] {
  const reading = cursor.reading();
  return lines.flatMap((line) => {
    const seen = reading.look(line);
    if (seen === undefined || 'known' in seen) return [];
    cursor.keep(line, 0);
    return seen.fresh.text;
  });
}

describe('logCursor()', () => {
  it('gives lines of the same time and text as often as they were written, and each once', () => {
    const cursor = logCursor();
    expect(cursor.since).toBeUndefined();
    const [a, b] = [at('01.000000001', 'a'), at('01.000000001', 'b')];
    expect(read(cursor, [a, a, b])).toEqual(['a', 'a', 'b']);
    expect(cursor.since).toBe('2026-11-22T10:00:00Z');
    expect(read(cursor, [a, a, b, a])).toEqual(['a']);
    expect(read(cursor, [a, a, b, a])).toEqual([]);
  });

  it('takes a line that is slightly out of order, and knows it when it comes again', () => {
    const cursor = logCursor();
    const lines = [at('01.9', 'a'), at('02.1', 'c'), at('01.95', 'b')];
    expect(read(cursor, lines)).toEqual(['a', 'c', 'b']);
    expect(read(cursor, [...lines, at('02.2', 'd')])).toEqual(['d']);
  });

  it('does not give what lies before its first line: that was left out', () => {
    const cursor = logCursor();
    expect(read(cursor, [at('05.2', 'x'), at('05.3', 'y')])).toEqual(['x', 'y']);
    expect(read(cursor, [at('04.9', 'v'), at('05.1', 'w'), at('05.2', 'x'), at('05.3', 'y'), at('05.4', 'z')])).toEqual(
      ['z'],
    );
  });

  it('tells of which instance a known line is', () => {
    const cursor = logCursor();
    cursor.keep(at('01.5', 'a'), 3);
    expect(cursor.reading().look(at('01.5', 'a'))).toEqual({ known: 3 });
  });

  it('passes over what has no time: a remark of the kubelet, the rest of a long line; keeps empty lines', () => {
    const cursor = logCursor();
    expect(read(cursor, ['unable to retrieve container logs for containerd://1', '7', ''])).toEqual([]);
    expect(read(cursor, [at('01.0', ''), '2026-11-22T10:00:02.5Z'])).toEqual(['', '']);
  });
});
