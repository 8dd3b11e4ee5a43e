import { type ChildProcess, spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { installedRuntime } from '../programs/executable-fixture.ts';

/** The script as it is; the machine's `sh` runs it. */
export const script = join(import.meta.dirname, '../../../runner/run.sh');

/** How the script calls this machine's architecture, and the other one. */
export const [here, elsewhere] = process.arch === 'arm64' ? ['ARM64', 'X64'] : ['X64', 'ARM64'];

/** An executable of about 1 MB that, once it runs, leaves its arguments and environment in the file $MARKER. */
export const application: Buffer = Buffer.from(
  `#!/bin/sh\n{ printf '<%s>\\n' "$@"; env; } >"$MARKER"\nexit 0\n# ${randomBytes(500_000).toString('hex')}\n`,
);

/** A place to run in: what a pod has. */
export interface RunnerPlace extends AsyncDisposable {
  readonly dir: string;
  readonly marker: string;
  readonly environment: Record<string, string>;
}

/** An empty folder, and the environment that asks for `bytes` from `url` with limits that suit a test. */
export async function place(url: string, bytes: Buffer = application): Promise<RunnerPlace> {
  const home = await mkdtemp(join(tmpdir(), 'selfsame-runner-'));
  const dir = await mkdtemp(join(home, 'dir-'));
  const marker = join(home, 'marker');
  return {
    dir,
    marker,
    environment: {
      PATH: process.env['PATH'] ?? '',
      MARKER: marker,
      SELFSAME_NAME: 'app',
      SELFSAME_DIR: dir,
      SELFSAME_TERMINATION_LOG: join(home, 'termination'),
      SELFSAME_FETCH_LIMIT: '30',
      SELFSAME_DENIED_LIMIT: '30',
      [`SELFSAME_URL_${here}`]: url,
      [`SELFSAME_SHA256_${here}`]: createHash('sha256').update(bytes).digest('hex'),
      [`SELFSAME_SIZE_${here}`]: String(bytes.length),
    },
    [Symbol.asyncDispose]: () => rm(home, { recursive: true }),
  };
}

export interface EndedRunner {
  readonly status: number | null;
  readonly output: string;
  /** What Kubernetes would show. */
  readonly reason: string;
  /** What the application left, or undefined if it never ran. */
  readonly ran: string | undefined;
  readonly files: readonly string[];
}

/** Something that does what the head of run.sh says. */
export interface RunnerUnderTest {
  readonly title: string;
  readonly command: readonly string[];
}

const shellRunner: RunnerUnderTest = { title: 'run.sh', command: ['sh', script] };

/** The bundle as it was built before the tests, with the Node.js of an official image. */
export const stockRunner: RunnerUnderTest = {
  title: 'the stock runner',
  command: [installedRuntime, join(import.meta.dirname, '../../../dist/parts/runner.cjs')],
};

export const runners = [shellRunner, stockRunner];

export interface How {
  /** Default: run.sh. */
  readonly runner?: RunnerUnderTest;
  /** A command that gets the runner's as its last words. */
  readonly within?: readonly string[];
}

/** Starts a runner. */
export function start(
  { environment }: RunnerPlace,
  args: string[] = [],
  { runner = shellRunner, within = [] }: How = {},
): ChildProcess {
  const [file = 'sh', ...words] = [...within, ...runner.command, ...args];
  return spawn(file, words, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** What is to be seen after the process has ended. */
export async function ended(child: ChildProcess, { dir, marker, environment }: RunnerPlace): Promise<EndedRunner> {
  const streams = [child.stdout, child.stderr].map((stream) => (stream ? text(stream) : ''));
  const [[status], ...output] = await Promise.all([once(child, 'exit'), ...streams]);
  const log = environment['SELFSAME_TERMINATION_LOG'] ?? '';
  return {
    status: status as number | null,
    output: output.join(''),
    reason: existsSync(log) ? readFileSync(log, 'utf8') : '',
    ran: existsSync(marker) ? readFileSync(marker, 'utf8') : undefined,
    files: await readdir(dir),
  };
}

/** Runs a runner to its end. */
export async function startRunner(at: RunnerPlace, args?: string[], how?: How): Promise<EndedRunner> {
  return ended(start(at, args, how), at);
}
