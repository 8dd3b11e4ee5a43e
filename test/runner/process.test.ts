import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { describe, expect, it } from '@jest/globals';
import { type PlannedAnswer, give, inTurn, refuseWith, serveAnswers } from '../support/runner/misbehaving-server.ts';
import {
  application,
  type EndedRunner,
  ended,
  type RunnerPlace,
  place,
  startRunner,
  runners,
  type RunnerUnderTest,
  start,
} from '../support/runner/runner.ts';

// Root may make namespaces; others may where the system lets them have a user namespace of their own.
const unshare = ['unshare', ...(process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'])];

// A real program: says what it is, and when SIGTERM came to it.
const program = Buffer.from(`#!${process.execPath}
process.on('SIGTERM', () => { console.log('ended ' + Date.now()); process.exit(17); });
setInterval(() => {}, 1000);
console.log('pid ' + process.pid);
`);

describe.each(runners)('$title and signals', (runner) => {
  it('gives its place to the application: SIGTERM reaches it, as PID 1, within 100 ms', async () => {
    await using server = await serveAnswers(give(program));
    await using at = await place(server.url, program);
    const child = start(at, [], { runner, within: [...unshare, '--pid', '--fork', '--mount-proc'] });
    const lines = linesOf(child);
    expect((await lines.next()).value).toBe('pid 1');
    const pid = await onlyChildOf(child);
    const sentAt = Date.now();
    process.kill(pid, 'SIGTERM');
    const line: string = (await lines.next()).value ?? '';
    expect(line).toMatch(/^ended \d+$/);
    expect(Number(line.slice('ended '.length)) - sentAt).toBeLessThan(100);
    expect(await exitOf(child)).toBe(17);
  });

  it.each<[string, NodeJS.Signals, number, PlannedAnswer]>([
    ['SIGTERM while it fetches', 'SIGTERM', 143, hang],
    ['SIGINT while it fetches', 'SIGINT', 130, hang],
    ['SIGTERM while it waits to try again', 'SIGTERM', 143, inTurn(refuseWith(500), refuseWith(503), refuseWith(503))],
  ])('ends at once at %s', async (_, signal, status, answer) => {
    const arrived = Promise.withResolvers<void>();
    await using server = await serveAnswers((response, request, turn) => {
      if (turn > 0 || answer === hang) arrived.resolve();
      return answer(response, request, turn);
    });
    await using at = await place(server.url);
    const child = start(at, [], { runner });
    const end = ended(child, at);
    await arrived.promise;
    const sentAt = Date.now();
    child.kill(signal);
    expect(await end).toMatchObject({ status, ran: undefined });
    expect(Date.now() - sentAt).toBeLessThan(1000);
  });
});

it('run.sh takes its curl with it', async () => {
  const gone = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  await using server = await serveAnswers((response) => {
    response.once('close', () => gone.resolve());
    arrived.resolve();
  });
  await using at = await place(server.url);
  const child = start(at);
  const end = ended(child, at);
  await arrived.promise;
  child.kill('SIGTERM');
  await Promise.all([end, gone.promise]);
  expect((await end).files).toEqual([]);
});

describe.each(runners)('$title on a folder that', (runner) => {
  it('is full: says so, and runs nothing', async () => {
    const { end, exchanges } = await onTmpfs(runner, 'size=256k');
    expect(end).toMatchObject({ status: 73, ran: undefined });
    expect(end.reason).toMatch(
      /^selfsame runner: cannot write .*app\.part after 0\.[12] of 1\.0 MB: no space left\?\n$/,
    );
    expect(exchanges).toBe(1);
  });

  it('is mounted noexec: says so, and runs nothing', async () => {
    const { end } = await onTmpfs(runner, 'noexec');
    expect(end).toMatchObject({ status: 74, ran: undefined });
    expect(end.reason).toMatch(/^selfsame runner: cannot execute .*: .* is mounted noexec\n$/);
  });
});

/** Accepts the request and sends nothing. */
function hang(): void {}

/** Runs the runner with a tmpfs over its folder. */
async function onTmpfs(runner: RunnerUnderTest, options: string): Promise<{ end: EndedRunner; exchanges: number }> {
  await using server = await serveAnswers(give(application));
  await using at: RunnerPlace = await place(server.url);
  const mount = `mount -t tmpfs -o ${options} none "$SELFSAME_DIR" && exec "$@"`;
  const end = await startRunner(at, [], { runner, within: [...unshare, '--mount', 'sh', '-c', mount, 'sh'] });
  return { end, exchanges: server.exchanges.length };
}

function linesOf({ stdout }: ChildProcess): AsyncIterator<string> {
  if (stdout === null) throw new Error('The child has no stdout');
  return createInterface(stdout)[Symbol.asyncIterator]();
}

async function onlyChildOf({ pid }: ChildProcess): Promise<number> {
  return Number(await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8'));
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null) await once(child, 'exit');
  return child.exitCode;
}
