import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { runLocally, type LocalReplica, type LocalRun } from '../../../src/platforms/local/local.ts';
import { hostTarget } from '../../../src/shared/target.ts';
import { artifactOf } from '../../support/programs/artifact.ts';

const script = await readFile(new URL('../../../runner/run.sh', import.meta.url), 'utf8');

describe('runLocally()', () => {
  let place: Awaited<ReturnType<typeof storePlace>>;

  beforeAll(async () => {
    place = await storePlace();
  });
  afterAll(() => place.close());

  beforeEach(() => {
    process.env['AZURE_STORAGE_KEY'] = 'c2VjcmV0';
  });
  afterEach(async () => {
    delete process.env['AZURE_STORAGE_KEY'];
    // Whatever the test was about: nothing stays behind, no folder and no process.
    expect((await readdir(tmpdir())).filter((entry) => entry.includes(name))).toEqual([]);
    expect(spawnSync('pgrep', ['-f', name], { encoding: 'utf8' }).stdout).toBe('');
  });

  it('runs replicas on ports of their own until it is told to stop, each as a pod would run', async () => {
    const started = await starting(place, server, {
      replicas: 3,
      args: ['--greeting', 'two words'],
      env: { LEVEL: 'x' },
    });
    const replicas = await started.ready;
    expect(replicas.map((replica) => replica.name)).toEqual([`${name}-1`, `${name}-2`, `${name}-3`]);
    expect(new Set(replicas.map(({ url }) => url)).size).toBe(3);
    for (const { url } of replicas) {
      const { args, env } = await ask(url);
      expect(args).toEqual(['--greeting', 'two words']);
      expect(env).toMatchObject({
        LEVEL: 'x',
        SELFSAME_NAME: name,
        SELFSAME_RUNNER_SHA256: started.run.artifact.version,
      });
      expect(Object.keys(env).filter((name) => name.startsWith('AZURE_'))).toEqual([]);
      expect(JSON.stringify(env)).not.toContain(query);
    }
    started.stop();
    await started.ended;
    for (const replica of [`${name}-1`, `${name}-2`, `${name}-3`]) {
      expect(started.lines).toContain(`${replica} | got SIGTERM`);
      expect(started.lines.filter((line) => line.startsWith(`${replica} | selfsame runner: fetch`))).toHaveLength(2);
    }
  });

  it('starts a replica again that ended, and says so', async () => {
    const started = await starting(place, server, { replicas: 2 });
    const [replica] = await started.ready;
    const first = await ask(replica?.url ?? '');
    process.kill(first.pid, 'SIGKILL');
    const second = await askAnother(replica?.url ?? '', first.pid);
    expect(second.pid).not.toBe(first.pid);
    expect(started.lines).toContain(`${name}-1 | ended with SIGKILL; starts again in 0.5 s`);
    expect(started.lines.filter((line) => line.startsWith(`${name}-2 | ended`))).toEqual([]);
    started.stop();
    await started.ended;
  });

  it('leaves no process of a replica that has children', async () => {
    const parent = `#!/bin/sh\nsleep 1000 &\nexec "${process.execPath}" -e '${listener}'\n`;
    const started = await starting(place, parent, {});
    await started.ready;
    started.stop();
    await started.ended; // and not when the child lets go of their common output
  });

  it('gives the reason of the runner at once when the bytes are not those asked for', async () => {
    const started = await starting(place, server, { replicas: 2 }, server.replace('got', 'GOT'));
    await expect(started.ended).rejects.toMatchObject({
      code: 'rollout-undone',
      message: expect.stringMatching(/^local-test-\d+-\d cannot start: selfsame runner: wrong SHA-256: /),
      hint: 'All replicas were stopped; mend the cause and run the same command again.',
    });
  });

  it('gives up on an application that ends again and again before it is ready', async () => {
    const started = await starting(place, '#!/bin/sh\necho cannot work\nexit 9\n', {});
    await expect(started.ended).rejects.toMatchObject({
      code: 'rollout-undone',
      message: `${name}-1 cannot start: it ended with status 9 3 times: cannot work`,
    });
  });

  it('gives up on a replica that is not ready in time, and names its last line', async () => {
    const silent = '#!/bin/sh\necho still thinking\nexec sleep 1000\n';
    const started = await starting(place, silent, { late: AbortSignal.timeout(1_500) });
    await expect(started.ended).rejects.toMatchObject({
      code: 'rollout-undone',
      message: `${name}-1 was not ready in time: still thinking`,
    });
  });

  it('stops before anything is ready when it is told to', async () => {
    const started = await starting(place, '#!/bin/sh\necho on my way\nexec sleep 1000\n', {
      onLine: (_replica, text) => text === 'on my way' && started.stop(),
    });
    await started.ended;
  });

  it('calls a program that serves nothing ready as soon as it was started', async () => {
    const started = await starting(place, '#!/bin/sh\nexec sleep 1000\n', { readyPath: '' });
    expect(await started.ready).toHaveLength(1);
    started.stop();
    await started.ended;
  });
});

const query = 'sig=secret';
/** Of the application; no other process of this machine has it. */
const name = `local-test-${process.pid}`;

/** Serves on SELFSAME_PORT, tells how it was started, and leaves when it is asked to. */
const listener = `
  const server = require("node:http").createServer((request, response) => response.end(JSON.stringify({
    pid: process.pid, args: process.argv.slice(2), env: process.env })));
  server.listen(Number(process.env.SELFSAME_PORT), "127.0.0.1");
  process.on("SIGTERM", () => { console.log("got SIGTERM"); process.exit(); });
`;
const server = `#!${process.execPath}\n${listener}`;

/** Serves bytes by the path of their digest, to those who have the query. */
async function storePlace() {
  const objects = new Map<string, Buffer>();
  const http = createServer((request, response) => {
    const bytes = objects.get(request.url ?? '');
    response.writeHead(bytes === undefined ? 404 : 200, { 'Content-Length': bytes?.length ?? 0 }).end(bytes);
  });
  await once(http.listen(0, '127.0.0.1'), 'listening');
  return {
    /** Where the bytes are that call themselves `path`. */
    keep(path: string, bytes: Buffer): string {
      objects.set(`/${path}?${query}`, bytes);
      return `http://127.0.0.1:${(http.address() as AddressInfo).port}/${path}`;
    },
    async close() {
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}

/** Starts replicas of an application; `served` is what the store gives out in its place. */
async function starting(
  place: Awaited<ReturnType<typeof storePlace>>,
  application: string,
  { readyPath = '/ready', ...parts }: Partial<LocalRun>,
  served = application,
) {
  const artifact = { ...(await artifactOf(application, name)), target: hostTarget() ?? 'linux-x64' };
  const stop = new AbortController();
  const ready = Promise.withResolvers<readonly LocalReplica[]>();
  const lines: string[] = [];
  const path = createHash('sha256').update(application).update(served).digest('hex');
  const run: LocalRun = {
    name,
    replicas: 1,
    args: [],
    env: {},
    artifact,
    source: { url: place.keep(path, Buffer.from(served)), secret: query },
    runner: script,
    ...(readyPath !== '' && { readyPath }),
    late: AbortSignal.timeout(20_000),
    graceMs: 30_000,
    onLine: (replica, text) => lines.push(`${replica} | ${text}`),
    onReady: ready.resolve,
    signal: stop.signal,
    atOnce: new AbortController().signal,
    ...parts,
  };
  const ended = runLocally(run);
  ended.catch(ready.reject);
  ready.promise.catch(() => undefined);
  return { run, ended, ready: ready.promise, stop: () => stop.abort(), lines };
}

interface ReplicaAnswer {
  readonly pid: number;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

async function ask(url: string): Promise<ReplicaAnswer> {
  return (await (await fetch(url)).json()) as ReplicaAnswer;
}

/** Asks until another process answers. */
async function askAnother(url: string, pid: number): Promise<ReplicaAnswer> {
  for (;;) {
    const told = await ask(url).catch(() => undefined);
    if (told !== undefined && told.pid !== pid) return told;
  }
}
