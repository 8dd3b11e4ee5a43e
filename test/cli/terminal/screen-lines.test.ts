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

it('keeps the colour of a line that it cuts, and ends it', () => {
  expect(written('\u001B[31meleven colum\u001B[39m').join('\n')).toContain('\u001B[31meleven co…\u001B[39m');
});

/** What a terminal of 10 columns gets for a line. */
function written(line: string): string[] {
  const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 10, rows: 5 });
  const lines = openScreenLines(terminal as unknown as NodeJS.WriteStream);
  lines.show(() => [line]);
  lines.close({ keep: true });
  return String(terminal.read()).split('\n');
}
