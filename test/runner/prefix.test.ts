import { createHash } from 'node:crypto';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type PlannedAnswer, give, inTurn, refuseWith, serveAnswers } from '../support/runner/misbehaving-server.ts';
import {
  application,
  type EndedRunner,
  here,
  type RunnerPlace,
  place,
  startRunner,
  script,
} from '../support/runner/runner.ts';

const prefix = application.subarray(0, 900_000);
const tailStart = prefix.length;
const tailBytes = application.length - tailStart;
const digest = createHash('sha256').update(prefix).digest('hex');
const damaged = Buffer.from(prefix).fill('#', 500_000, 500_001);
const cutInTail = tailStart + 50_000;
const tail = `bytes=${tailStart}-`;

describe('run.sh with the first part in its image', () => {
  it('fetches the rest alone, and runs the whole', async () => {
    const { end, ranges, sentBytes } = await ask({ [digest]: prefix });
    expect(end).toMatchObject({ status: 0, reason: '', files: ['app'] });
    expect(ranges).toEqual([tail]);
    expect(sentBytes).toBeLessThan(tailBytes + 1000);
    expect(end.output).toMatch(/\(1\.0 MB, of which 0\.9 MB are here\)\n.*fetched 0\.1 MB in/);
    expect(reported(end)).toEqual({ bytes: tailBytes, times: expect.stringMatching(/^fetch=\d+ verify=\d+$/) });
  });

  it('writes to nothing of the image', async () => {
    await using server = await serveAnswers(give(application));
    await using at = await place(server.url);
    const file = await carry(at, { [digest]: prefix });
    await startRunner(at);
    expect((await readFile(join(file, digest))).equals(prefix)).toBe(true);
  });

  it('fetches nothing after a restart', async () => {
    await using server = await serveAnswers(give(application));
    await using at = await place(server.url);
    await carry(at, { [digest]: prefix });
    await startRunner(at);
    const again = await startRunner(at);
    expect(again.ran).toBeDefined();
    expect(reported(again)).toEqual({ bytes: 0, times: expect.stringMatching(/^fetch=0 verify=\d+$/) });
    expect(server.exchanges).toHaveLength(1);
  });

  it.each([
    ['while it copied the first part', 700_000, tail],
    ['while it fetched the rest', cutInTail, `bytes=${cutInTail}-`],
  ])('goes on where the container ended %s', async (_, length, range) => {
    const { end, ranges } = await ask({ [digest]: prefix }, give(application), application.subarray(0, length));
    expect(end.ran).toBeDefined();
    expect(ranges).toEqual([range]);
  });

  it('resumes the rest where a connection dropped, and tries again after a 500', async () => {
    const answer = inTurn(give(application, { stopAt: cutInTail }), refuseWith(500), give(application));
    const { end, ranges, sentBytes } = await ask({ [digest]: prefix }, answer);
    expect(end.ran).toBeDefined();
    expect(ranges).toEqual([tail, `bytes=${cutInTail}-`, `bytes=${cutInTail}-`]);
    expect(sentBytes).toBeLessThan(tailBytes + 2000);
    expect(reported(end).bytes).toBe(tailBytes);
  });
});

describe('run.sh fetches the whole', () => {
  it('where the first part in the image is that of another Node.js', async () => {
    const { end, ranges } = await ask({ ['0'.repeat(64)]: prefix });
    expect(end.ran).toBeDefined();
    expect(ranges).toEqual([undefined]);
    expect(end.output).toContain('the first part that is here is another one: fetching the whole');
    expect(reported(end).bytes).toBe(application.length);
  });

  it('where the first part in the image is cut short', async () => {
    const { end, ranges } = await ask({ [digest]: prefix.subarray(1) });
    expect(end.ran).toBeDefined();
    expect(ranges).toEqual([undefined]);
  });

  it('where the image has none', async () => {
    const { end, ranges } = await ask(undefined);
    expect(end.ran).toBeDefined();
    expect(ranges).toEqual([undefined]);
    expect(end.output).not.toContain('first part');
  });

  it('once, and says so, where the first part in the image is damaged', async () => {
    const { end, ranges } = await ask({ [digest]: damaged });
    expect(end.ran).toBeDefined();
    expect(ranges).toEqual([tail, undefined]);
    expect(end.output).toMatch(/wrong SHA-256: .*; it came in pieces: fetching the whole\n/);
    expect(reported(end).bytes).toBe(tailBytes + application.length);
  });

  it.each<[string, PlannedAnswer]>([
    ['ignores ranges', give(application, { ranges: false })],
    ['gives another range', inTurn(giveFrom(tailStart - 10), give(application))],
  ])('where the store %s', async (_, answer) => {
    const { end, ranges } = await ask({ [digest]: prefix }, answer);
    expect(end.ran).toBeDefined();
    expect(ranges).toEqual([tail, undefined]);
    expect(end.output).toContain('fetching the whole\n');
  });
});

describe('run.sh with the first part in its image runs nothing', () => {
  it.each<[string, PlannedAnswer, number, RegExp]>([
    [
      'where one bit of the rest is wrong',
      give(Buffer.from(application).fill('#', cutInTail, cutInTail + 1)),
      72,
      /wrong SHA-256/,
    ],
    ['where the rest is cut short', give(application.subarray(0, cutInTail)), 71, /wrong size/],
    ['where there is no rest', shorterThanPrefix, 71, /wrong size: .* has 1000 bytes/],
    ['where the rest is too long', give(Buffer.concat([application, Buffer.from('\n')])), 71, /has more than/],
    ['at 404', refuseWith(404), 66, /not found/],
  ])('%s', async (_, answer, status, reason) => {
    const { end } = await ask({ [digest]: prefix }, answer);
    expect(end).toMatchObject({ status, ran: undefined });
    expect(end.reason).toMatch(reason);
    expect(end.files).not.toContain('app');
  });

  it('where the SHA-256 of the first part is a path', async () => {
    const { end, ranges } = await ask({}, give(application), undefined, '../../etc/passwd');
    expect(end).toMatchObject({ status: 64, ran: undefined });
    expect(end.reason).toMatch(/SELFSAME_PREFIX_SHA256_\w+ is no SHA-256/);
    expect(ranges).toEqual([]);
  });
});

it('run.sh hashes with what there is', async () => {
  for (const tool of ['openssl', 'sha256sum', 'shasum']) {
    await using server = await serveAnswers(give(application));
    await using at = await place(server.url);
    const folder = join(at.dir, '..', 'bin');
    await mkdir(folder);
    const programs = ['cat', 'chmod', 'curl', 'date', 'mv', 'od', 'rm', 'uname', 'wc', tool];
    await Promise.all(programs.map(async (name) => symlink(`/usr/bin/${name}`, join(folder, name))));
    if (tool === 'shasum')
      await Promise.all(['env', 'perl'].map(async (name) => symlink(`/usr/bin/${name}`, join(folder, name))));
    at.environment['PATH'] = folder;
    expect((await startRunner(at, [], { runner: { title: tool, command: ['/bin/sh', script] } })).output).toMatch(
      /verified [0-9a-f]{12}/,
    );
  }
});

/** Runs the script once, with these first parts in its image and, if given, a .part file from before. */
async function ask(
  parts: Record<string, Buffer> | undefined,
  answer: PlannedAnswer = give(application),
  before?: Buffer,
  sha256 = digest,
): Promise<{ end: EndedRunner; ranges: (string | undefined)[]; sentBytes: number }> {
  await using server = await serveAnswers(answer);
  await using at = await place(server.url);
  await carry(at, parts);
  at.environment[`SELFSAME_PREFIX_SHA256_${here}`] = sha256;
  if (before) await writeFile(join(at.dir, 'app.part'), before);
  const end = await startRunner(at);
  const sentBytes = server.exchanges.reduce((sum, exchange) => sum + exchange.sentBytes, 0);
  return { end, ranges: server.exchanges.map(({ range }) => range), sentBytes };
}

/** Puts first parts where the script looks for them, and asks for one. */
async function carry(at: RunnerPlace, parts: Record<string, Buffer> | undefined): Promise<string> {
  const folder = join(at.dir, '..', 'prefixes');
  if (parts !== undefined) await mkdir(folder);
  for (const [name, bytes] of Object.entries(parts ?? {})) await writeFile(join(folder, name), bytes, { mode: 0o444 });
  Object.assign(at.environment, {
    SELFSAME_PREFIX_DIR: folder,
    [`SELFSAME_PREFIX_SHA256_${here}`]: digest,
    [`SELFSAME_PREFIX_SIZE_${here}`]: String(prefix.length),
  });
  return folder;
}

/** What the application was told about its start. */
function reported({ ran = '' }: EndedRunner): { bytes: number; times: string | undefined } {
  const [, bytes] = /^SELFSAME_RUNNER_BYTES=(\d+)$/m.exec(ran) ?? [];
  const [, times] = /^SELFSAME_RUNNER_TIMES=(.*)$/m.exec(ran) ?? [];
  return { bytes: Number(bytes), times };
}

/** Answers any range with the one from `start`. */
function giveFrom(start: number): PlannedAnswer {
  return (response) => {
    response.writeHead(206, {
      'Content-Length': application.length - start,
      'Content-Range': `bytes ${start}-${application.length - 1}/${application.length}`,
    });
    response.end(application.subarray(start));
  };
}

/** Has 1000 bytes, as Azure Blob Storage says it when it is asked for what lies behind them. */
function shorterThanPrefix(...[response, request, turn]: Parameters<PlannedAnswer>): void {
  if (request.headers.range) void refuseWith(416, 'InvalidRange')(response, request, turn);
  else void give(application.subarray(0, 1000))(response, request, turn);
}
