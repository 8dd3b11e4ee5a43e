import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, mkdtempDisposable, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Azurite } from '../../support/stores/azurite-server.ts';
import { digestOfFile } from '../../../src/shared/digest.ts';
import { azuriteProcess } from '../../support/stores/azurite.ts';
import { faultsIn } from '../../support/programs/document.ts';
import { helloExecutable } from '../../support/programs/executables.ts';
import { runProgram } from '../../support/programs/program.ts';

/** The whole flow on this machine with a real blob server; the tests of this file follow each other. */
describe('./hello-world --local', () => {
  let store: Azurite;
  let folder: string;

  beforeAll(async () => {
    store = await azuriteProcess();
  });
  afterAll(() => store.stop());

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'selfsame-test-'));
  });
  afterEach(async () => {
    expect(await readdir(folder)).toEqual([]); // no copy of the executable, and no secret
    await rm(folder, { recursive: true });
  });

  const environment = () => ({
    AZURE_STORAGE_CONNECTION_STRING: store.connectionString,
    TMPDIR: folder,
    KUBECONFIG: undefined,
    SELFSAME_STORE: undefined,
  });

  it('ends with 143 when it is ended before it was done, and leaves nothing', async () => {
    const ended = await runProgram(helloExecutable, ['--local'], {
      env: environment(),
      signalWhen: ({ stderr }) => (stderr.includes('Release ') ? 'SIGTERM' : undefined),
    });
    expect(ended).toMatchObject({ status: 143, stdout: '' });
    expect(ended.stderr).not.toContain('ready');
  });

  it('serves on two replicas, each of the version asked for, until Ctrl-C: that is its end, status 0', async () => {
    const version = await digestOfFile(helloExecutable);
    const local = start(['--local', '--replicas', '2', '--greeting', 'Two words'], environment());
    const [, first = '', second = ''] = await local.until(/^hello-world-1 (\S+)\nhello-world-2 (\S+)\n/);
    expect(first).not.toBe(second);
    for (const url of [first, second]) {
      expect(await (await fetch(url)).text()).toMatch(/^Two words from /);
      const identity = (await (await fetch(`${url}/selfsame`)).json()) as Record<string, unknown>;
      expect(identity).toMatchObject({ name: 'hello-world', version, runner: version });
    }
    local.interrupt();
    const { status, stdout, stderr } = await local.ended;
    expect({ status, lines: stdout.split('\n') }).toEqual({
      status: 0,
      lines: [`hello-world-1 ${first}`, `hello-world-2 ${second}`, ''],
    });
    expect(stderr).toMatch(/^✓ linux-\S+ is stored: 1[0-9]{2} MB sent /m);
    expect(stderr).toMatch(/^hello-world-2 \| hello-world: serving on http/m);
    expect(stderr).toMatch(/All replicas of hello-world are stopped\n$/);
    for (const secret of [store.key, 'sig=', 'AccountKey']) expect(stdout + stderr).not.toContain(secret);
    await expect(fetch(first)).rejects.toThrow('fetch failed');
  });

  it('leaves no replica and no secret behind when a second Ctrl-C ends it at once', async () => {
    const local = start(['--local', '--replicas', '2'], environment());
    await local.until(/^hello-world-1 (\S+)\nhello-world-2 (\S+)\n/);
    const replicas = await runningBelow(folder);
    expect(replicas).toHaveLength(2);
    // They cannot end in order.
    for (const pid of replicas) process.kill(pid, 'SIGSTOP');
    for (const pid of replicas) while (!(await saysOf(pid, /^State:\s*T/m))) await wait(10);
    local.interrupt();
    for (const pid of replicas) while (!(await saysOf(pid, sigtermWaits))) await wait(10);
    local.interrupt();
    expect((await local.ended).status).toBeNull();
    while ((await runningBelow(folder)).length > 0) await wait(10);
  });

  it('leaves no replica and no secret behind when it is killed', async () => {
    const local = start(['--local', '--replicas', '2'], environment());
    await local.until(/^hello-world-1 (\S+)\nhello-world-2 (\S+)\n/);
    expect(await runningBelow(folder)).toHaveLength(2);
    local.interrupt('SIGKILL');
    expect((await local.ended).status).toBeNull();
    while ((await runningBelow(folder)).length > 0 || (await readdir(folder)).length > 0) await wait(10);
  });

  it.each(['SIGHUP', 'SIGTERM'] as const)(
    "ends its replicas in order after %s, a closing terminal's second one too",
    async (name) => {
      const local = start(['--local'], environment());
      await local.until(/^hello-world-1 (\S+)\n/);
      local.interrupt(name);
      if (name === 'SIGHUP') local.interrupt(name);
      const { status, stderr } = await local.ended;
      expect(status).toBe(0);
      expect(stderr).toMatch(/All replicas of hello-world are stopped\n$/);
      expect(await runningBelow(folder)).toEqual([]);
    },
  );

  it('needs no store: it keeps executables in a folder of its own, and has the last ones there', async () => {
    await using cache = await mkdtempDisposable(join(tmpdir(), 'selfsame-test-'));
    const alone = { ...environment(), AZURE_STORAGE_CONNECTION_STRING: undefined, XDG_CACHE_HOME: cache.path };
    for (const stored of ['stored: 1', 'stored already: 0 bytes']) {
      const local = start(['--local', '--replicas', '2'], alone);
      const [, url = ''] = await local.until(/^hello-world-1 (\S+)\nhello-world-2 (\S+)\n/);
      expect((await fetch(`${url}/selfsame/ready`)).status).toBe(200);
      local.interrupt();
      const { status, stderr } = await local.ended;
      expect(status).toBe(0);
      expect(stderr).toContain(stored);
      expect(stderr).toContain(
        `stored in file://${cache.path}/selfsame/artifacts (the default, since no other store is configured)`,
      );
    }
  });

  it('sends nothing when it is run again, and has only data on stdout', async () => {
    const local = start(['--local', '--output', 'json'], environment());
    await local.until(/^\}\n$/m);
    local.interrupt();
    const { status, stdout, stderr } = await local.ended;
    expect(status).toBe(0);
    expect(stderr).toMatch(/ is stored already: 0 bytes sent /);
    expect(faultsIn(JSON.parse(stdout), 'local')).toEqual([]);
    expect(JSON.parse(stdout)).toEqual({
      replicas: [
        {
          name: 'hello-world-1',
          url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
          version: await digestOfFile(helloExecutable),
        },
      ],
    });
  });
});

/** Ids of the processes that run a file below a folder. */
async function runningBelow(folder: string): Promise<number[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const files = await Promise.all(
    ids.map(async (id) =>
      readlink(`/proc/${id}/exe`).catch((error: NodeJS.ErrnoException) => {
        // It ended meanwhile, or is one of the kernel's.
        if (['ENOENT', 'ESRCH', 'EACCES'].includes(error.code ?? '')) return '';
        throw error;
      }),
    ),
  );
  return ids.filter((_id, index) => files[index]?.startsWith(`${folder}/`)).map(Number);
}

/** Bit 14 of the signals that wait for a process: https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
const sigtermWaits = /^ShdPnd:\s*[0-9a-f]{12}[4-7c-f][0-9a-f]{3}$/m;

async function saysOf(pid: number, pattern: RegExp): Promise<boolean> {
  return pattern.test(await readFile(`/proc/${pid}/status`, 'utf8'));
}

/** Starts the executable; `until` resolves when its stdout matches, or fails when it ends before. */
function start(words: readonly string[], env: Readonly<Record<string, string | undefined>>) {
  const child = spawn(helloExecutable, words, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => (said[name] += text));
  }
  const ended = once(child, 'close').then(([status]) => ({ status: status as number | null, ...said }));
  return {
    ended,
    interrupt: (name: NodeJS.Signals = 'SIGINT') => child.kill(name),
    async until(pattern: RegExp): Promise<RegExpExecArray> {
      for (;;) {
        const found = pattern.exec(said.stdout);
        if (found !== null) return found;
        const next = await Promise.race([once(child.stdout, 'data'), ended]);
        if (!Array.isArray(next)) throw new Error(`It ended with ${next.status}: ${next.stderr}`);
      }
    },
  };
}
