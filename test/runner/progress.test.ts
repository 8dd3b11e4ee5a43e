import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { setInterval as every } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { startIn } from '../../src/platforms/kubernetes/rollout/start-progress.ts';
import { type PlannedAnswer, give, serveAnswers } from '../support/runner/misbehaving-server.ts';
import { ended, place, startRunner, runners, script, start } from '../support/runner/runner.ts';

// As long as the usual one, so that it can come slowly. It tells which processes it has got with its place.
const program = Buffer.from(
  `#!${process.execPath}\nconst { readFileSync } = require('node:fs');
const children = readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8');
console.log('children: <' + children + '>');\n//${'.'.repeat(1_000_000)}\n`,
);

describe.each(runners)('$title', (runner) => {
  it('says how far it has come while bytes come slowly, and leaves no process to the application', async () => {
    const { promise: told, resolve } = Promise.withResolvers<string>();
    await using server = await serveAnswers(slowly(program, told));
    await using at = await place(server.url, program);
    const child = start(at, [], { runner });
    const end = ended(child, at);
    if (child.stderr === null) throw new Error('The runner has no stderr');
    const starts: string[] = [];
    for await (const line of createInterface(child.stderr)) {
      const detail = startIn(line);
      if (detail !== undefined) starts.push(detail);
      if (/ %/.test(line)) resolve(line);
    }
    expect(await told).toMatch(/^selfsame runner: 0\.\d of 1\.0 MB are here \(\d+ %\)$/);
    const { output } = await end;
    expect(output).toContain('children: <>');
    // The server has waited for what is said each second.
    expect(output).toMatch(/fetched 1\.0 MB in [1-9]\d*\.\d s/);
    expect(starts[0]).toBe('fetching');
    expect(starts[1]).toMatch(/^\d+ %, 0\.\d of 1\.0 MB$/);
    expect(starts.at(-1)).toBe('booting');
  });

  it('says nothing of that where it takes less than a second', async () => {
    await using server = await serveAnswers(give(program));
    await using at = await place(server.url, program);
    const { status, output } = await startRunner(at, [], { runner });
    expect(status).toBe(0);
    expect(output).not.toContain('%');
  });
});

// A shell that has just been forked loses a signal that comes before it has set its traps.
it('run.sh stops telling once the fetch has ended, also where its signal is lost', async () => {
  const [functions] = (await readFile(script, 'utf8')).split('\ncheck_environment\n');
  const lost =
    'runner_part=/nowhere runner_size=1; sleep 0.1 & fetch=$!; tell_progress "$fetch"; wait "$fetch"; wait "$runner_teller"';
  await promisify(execFile)('sh', ['-c', `${functions}\n${lost}`], { timeout: 30_000 });
});

/** A hundredth at a time, and the rest at once when told. */
function slowly(bytes: Buffer, told: Promise<unknown>): PlannedAnswer {
  return async (response) => {
    response.writeHead(200, { 'Content-Length': bytes.length });
    const size = Math.ceil(bytes.length / 100);
    let isTold = false;
    void told.then(() => (isTold = true));
    let at = 0;
    for await (const _ of every(50)) {
      if (isTold || at >= bytes.length) break;
      response.write(bytes.subarray(at, at + size));
      at += size;
    }
    response.end(bytes.subarray(at));
  };
}
