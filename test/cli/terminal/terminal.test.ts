import { Writable } from 'node:stream';
import { WriteStream } from 'node:tty';
import { afterEach, describe, expect, it } from '@jest/globals';
import { openTerminal } from '../../../src/cli/terminal/terminal.ts';
import type { Report } from '../../../src/shared/report.ts';

const before = { ...process.env };

describe('openTerminal()', () => {
  afterEach(() => {
    for (const name of ['TERM', 'CI', 'NO_COLOR', 'FORCE_COLOR']) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  });

  it.each([
    ['no terminal', false, {}],
    ['a dumb terminal', true, { TERM: 'dumb' }],
    ['CI', true, { TERM: 'xterm', CI: 'true', NO_COLOR: '1' }],
  ])('writes plain lines to %s, without colours and without what moves', (_what, isTTY, env) => {
    expect(told(isTTY, env)).toEqual([
      expect.stringMatching(/^✓ The store answers \d+(\.\d+)?m?s$/),
      'warning: The link ends on Sunday',
      '  a: pulling',
      '  b: pulling',
      '  a: ready',
      'A line',
    ]);
  });

  it('counts replicas where they are too many to be told one by one, and says once what keeps them waiting', () => {
    const said = told(false, {}, (report) => {
      const pods = Array.from({ length: 50 }, (_, index) => ({ name: `p${index}`, state: 'pulling' }));
      for (const note of [undefined, 'no node fits', 'no node fits']) {
        report({ kind: 'replicas', ready: 0, wanted: 50, pods, ...(note !== undefined && { note }) });
      }
    });
    expect(said).toEqual(['  0/50 ready, 50 pulling', '  waiting: no node fits']);
  });

  it('moves on a terminal, and leaves the same finished lines behind', () => {
    const lines = told(true, { TERM: 'xterm', NO_COLOR: '1' }).join('\n');
    expect(lines).toContain('Sending linux-x64');
    expect(lines).toContain('50 B of 100 B');
    for (const line of ['✓ The store answers', 'warning: The link ends on Sunday', 'A line']) {
      expect(lines).toContain(line);
    }
    expect(lines).not.toContain('\u001B[32m');
  });

  it('has colours where they are welcome', () => {
    expect(told(true, { TERM: 'xterm' }).join('\n')).toContain('\u001B[32m✓\u001B[39m');
  });
});

/** What is written in the course of a deploy. */
function told(isTTY: boolean, env: Readonly<Record<string, string>>, tell = aDeploy): string[] {
  for (const name of ['CI', 'NO_COLOR', 'FORCE_COLOR']) delete process.env[name];
  Object.assign(process.env, env);
  let written = '';
  const collecting = new Writable({
    write(chunk, _encoding, done) {
      written += String(chunk);
      done();
    },
  });
  // What a terminal has besides.
  const yes = () => true;
  const tty = {
    isTTY,
    columns: 80,
    getColorDepth: () => WriteStream.prototype.getColorDepth(process.env),
    clearLine: yes,
    cursorTo: yes,
    moveCursor: yes,
  };
  const stream = Object.assign(collecting, tty) as unknown as NodeJS.WriteStream;
  const terminal = openTerminal(stream);
  tell(terminal.report, terminal.say);
  terminal.close();
  return written.trimEnd().split('\n');
}

function aDeploy(report: Report, say: (line: string) => void): void {
  report({ kind: 'step', text: 'The store answers' });
  report({ kind: 'progress', what: 'Sending linux-x64', doneBytes: 50, totalBytes: 100 });
  report({ kind: 'warning', text: 'The link ends on Sunday' });
  for (const ready of [0, 0, 1]) {
    const pods = ['a', 'b'].map((name, index) => ({ name, state: index < ready ? 'ready' : 'pulling' }));
    report({ kind: 'replicas', ready, wanted: 2, pods });
  }
  say('A line');
}
