import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import pRetry from 'p-retry';
import { isPassingFailure } from '../../../src/shared/network-failure.ts';
import { scratchFolder, type ScratchFolder } from '../executable/scratch.ts';

/** Files by their path; what is no text is written as JSON. */
export type ProjectFiles = Readonly<Record<string, string | object>>;

/** The tsconfig.json of a server as most are: compiled from src to dist. */
export function serverTsconfig(type: 'commonjs' | 'module', options: object = {}): object {
  return {
    compilerOptions: {
      module: type === 'module' ? 'nodenext' : 'commonjs',
      target: 'es2022',
      outDir: 'dist',
      rootDir: 'src',
      strict: true,
      esModuleInterop: true,
      types: ['node'],
      ...options,
    },
    include: ['src'],
  };
}

/** A user's project in a folder of its own. */
export async function projectOf(files: ProjectFiles): Promise<ScratchFolder> {
  const folder = await scratchFolder();
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder.path, path)), { recursive: true });
    const words = typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`;
    await writeFile(join(folder.path, path), words);
  }
  return folder;
}

export interface ProjectCommand {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** An exit status that is not 0, where that is expected. */
  readonly status?: number;
}

/**
 * Runs a command in a user's project: with the system's own Node.js, and nothing of what runs the tests in its environment.
 *
 * @throws {Error} with all it said, if it ends with another status.
 */
export async function inProject(
  [file = '', ...words]: readonly string[],
  { cwd, env, status = 0 }: ProjectCommand,
): Promise<{ stdout: string; stderr: string }> {
  // Package managers and test runners leave there what they keep.
  const temporary = await mkdtemp(join(tmpdir(), 'selfsame-project-'));
  await chmod(temporary, 0o1777);
  const own = { ...plainEnvironment(), TMPDIR: temporary, ...env };
  const child = spawn(file, words, { cwd, env: own, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  await rm(temporary, { recursive: true, force: true });
  if (child.exitCode === status) return { stdout, stderr };
  throw new Error(`${file} ${words.join(' ')} ended with ${child.exitCode}:\n${stdout}${stderr}`);
}

/** {@link inProject} for a command that fetches packages: not every package manager tries again where the network fails for a moment. */
export async function installInProject(words: readonly string[], command: ProjectCommand): Promise<void> {
  await pRetry(async () => inProject(words, command), {
    retries: 2,
    minTimeout: 2_000,
    shouldRetry: ({ error }) => error.message.split(/\W+/).some(isPassingFailure),
  });
}

/** What a user's shell has. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const own = /^(?:npm_|INIT_CWD$|JEST_|NODE_ENV$|NODE_OPTIONS$|SELFSAME_|FORCE_COLOR$)/i;
  const kept = Object.entries(process.env).filter(([name]) => !own.test(name));
  // `npm test` puts bins of this clone in front.
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter), CI: 'true' };
}
