import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prefixFile } from '../executable/runtimes/runtimes.ts';
import { runtimes } from '../executable/runtimes/runtimes-table.ts';
import type { Report } from '../shared/report.ts';
import type { archOf } from '../shared/target.ts';

const root = join(import.meta.dirname, '../..');

export interface RunnerImageOptions {
  /** Kubernetes' word for the architecture; default: this machine's. */
  readonly arch?: (typeof archOf)[keyof typeof archOf];
  /** Default: `selfsame-runner:<version of the package>`, and with the runtime inside `-node<its version>` after that. */
  readonly tag?: string;
  /** Puts the first part of every executable for this Node version inside, so that pods fetch the rest alone. */
  readonly runtime?: boolean;
  /** Default: Docker where its daemon answers, else buildah. */
  readonly tool?: 'docker' | 'buildah';
  /** Debian image to take the files from, e.g. by digest; default: the Dockerfile's. Also $SELFSAME_RUNNER_BASE. */
  readonly base?: string | undefined;
  readonly signal?: AbortSignal;
}

/**
 * Builds the runner's image for one architecture; another one than the machine's needs qemu registered with binfmt.
 *
 * @returns its name.
 * @throws if neither tool is there, or the build fails; its output has been shown then.
 */
export async function buildRunnerImage({
  arch = process.arch === 'arm64' ? 'arm64' : 'amd64',
  tag,
  runtime = false,
  tool,
  base = process.env['SELFSAME_RUNNER_BASE'],
  signal,
}: RunnerImageOptions = {}): Promise<string> {
  const image = tag ?? (await defaultRunnerTag()) + (runtime ? `-node${runtimes['linux-x64'].package.version}` : '');
  const chosen = tool ?? (await findTool(signal));
  await using context = runtime
    ? await contextWithPrefix(arch, signal)
    : { folder: root, async [Symbol.asyncDispose]() {} };
  const args = [
    'build',
    // buildah's other ways to isolate need rights that a CI's container does not have. Docker keeps layers by itself.
    ...(chosen === 'buildah' ? ['--isolation', 'chroot', '--layers', '--arch', arch] : ['--platform', `linux/${arch}`]),
    ...(base ? ['--build-arg', `BASE=${base}`] : []),
    ...(runtime ? ['--build-arg', 'RUNTIME=1'] : []),
    '--tag',
    image,
    '--file',
    join(root, 'Dockerfile.runner'),
    context.folder,
  ];
  // stdout is the caller's: data only.
  const status = await run(chosen, args, { stdout: process.stderr, signal });
  if (status !== 0) throw new Error(`${chosen} ${args.join(' ')} ended with status ${status}`);
  return image;
}

/** What the Dockerfile copies, in a folder of its own: builds for two architectures do not meet, and nothing is left behind. */
async function contextWithPrefix(
  arch: NonNullable<RunnerImageOptions['arch']>,
  signal: AbortSignal | undefined,
): Promise<{ folder: string } & AsyncDisposable> {
  const report: Report = (event) => 'text' in event && process.stderr.write(`${event.text}\n`);
  const target = arch === 'arm64' ? 'linux-arm64' : 'linux-x64';
  const cached = await prefixFile(target, { signal, report });
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-runner-image-'));
  const [script, prefix] = [join(folder, 'runner/run.sh'), join(folder, 'prefixes', runtimes[target].prefix.digest)];
  await Promise.all([mkdir(join(folder, 'runner')), mkdir(join(folder, 'prefixes'))]);
  await Promise.all([copyFile(join(root, 'runner/run.sh'), script), copyFile(cached, prefix)]);
  await chmod(prefix, 0o444);
  // The same layer whenever it is built.
  for (const path of [prefix, join(folder, 'prefixes')]) await utimes(path, 0, 0);
  return { folder, [Symbol.asyncDispose]: async () => rm(folder, { recursive: true }) };
}

/** What a deploy asks for unless it is told another image. */
async function defaultRunnerTag(): Promise<string> {
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  return `selfsame-runner:${version}`;
}

async function findTool(signal?: AbortSignal): Promise<'docker' | 'buildah'> {
  for (const [tool, probe] of [
    ['docker', 'info'],
    ['buildah', '--version'],
  ] as const) {
    if ((await run(tool, [probe], { signal })) === 0) return tool;
  }
  throw new Error('Cannot find Docker or buildah. Install one of them, e.g.: sudo apt-get install buildah');
}

/** Exit status of a command, or 127 if there is no such command. */
async function run(
  command: string,
  args: string[],
  { stdout, signal }: { stdout?: NodeJS.WriteStream; signal?: AbortSignal | undefined },
): Promise<number | null> {
  const shown = stdout ?? 'ignore';
  const child = spawn(command, args, { cwd: root, stdio: ['ignore', shown, shown], signal });
  try {
    const [status] = (await once(child, 'close')) as [number | null];
    return status;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 127;
    throw error;
  }
}
