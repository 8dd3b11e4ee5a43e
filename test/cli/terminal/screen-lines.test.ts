import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { expect, it } from '@jest/globals';
import { openScreenLines } from '../../../src/cli/terminal/screen-lines.ts';

it.each([
  ['fits', 'ten column', 'ten column'],
  ['is too long', 'eleven colum', 'eleven co…'],
  ['has wide characters', '日本語日本語', '日本語日…'],
  ['has characters of several code points', '👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀', '👩‍🚀👩‍🚀👩‍🚀👩‍🚀👩‍🚀'],
])('cuts at the columns of the terminal a line that %s', (_what, line, seen) => {
  expect(written(line).map((one) => stripVTControlCharacters(one).trimEnd())).toContain(seen);
});

it('shows what a line would do to the terminal, in place of doing it', () => {
  expect(written('\u001B[3J\nab').join('\n')).toContain('\\u{1b}[3J…');
});

/** What a terminal of 10 columns gets for a line. */
function written(line: string): string[] {
  const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 10, rows: 5 });
  const lines = openScreenLines(terminal as unknown as NodeJS.WriteStream);
  lines.show(() => [line]);
  lines.close({ keep: true });
  return String(terminal.read()).split('\n');
}
