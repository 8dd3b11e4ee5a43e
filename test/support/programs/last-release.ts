import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtempDisposable, readFile, rename, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../../src/toolchain/bundle.ts';
import { machineLock } from '../run/machine-lock.ts';

/** What was released last. */
const lastRelease = 'de4c2e33e5e6d460f566f3ba1cbef423878ca43d';

const run = promisify(execFile);

/**
 * The example application as the last release builds it, of its own sources and with its own packages. Built once for a clone, of
 * its history; later runs find it in the cache.
 *
 * @returns the path of the executable.
 */
export async function lastReleaseExecutable(): Promise<string> {
  const kept = join(root, 'node_modules/.cache/selfsame/releases', lastRelease, 'hello-world');
  await using _lock = await machineLock(`build of ${kept}`, () => undefined);
  if (!existsSync(kept)) await buildRelease(lastRelease, kept);
  return kept;
}

async function buildRelease(commit: string, output: string): Promise<void> {
  await needCommit(commit);
  await using folder = await mkdtempDisposable(join(tmpdir(), 'selfsame-release-'));
  const archive = join(folder.path, 'sources.tar');
  await run('git', ['archive', '--output', archive, commit], { cwd: root });
  await run('tar', ['-xf', archive], { cwd: folder.path });
  await installForBuild(folder.path);
  await run('npm', ['run', 'build'], { cwd: folder.path });
  await mkdir(dirname(output), { recursive: true });
  // Half of an executable must never look whole.
  await copyFile(join(folder.path, 'dist/hello-world'), `${output}.part`);
  await rename(`${output}.part`, output);
}

/** Installs what its lock file says, without what only its own checks and tests need: that is most of it. */
async function installForBuild(folder: string): Promise<void> {
  const path = join(folder, 'package.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as { devDependencies: Record<string, string> };
  const needed = Object.entries(manifest.devDependencies).filter(([name]) => ['esbuild', 'postject'].includes(name));
  await writeFile(path, JSON.stringify({ ...manifest, devDependencies: Object.fromEntries(needed) }));
  const words = ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
  await run('npm', words, { cwd: folder });
}

async function needCommit(commit: string): Promise<void> {
  try {
    await run('git', ['cat-file', '-e', `${commit}^{commit}`], { cwd: root });
  } catch (error) {
    const shallow = await run('git', ['rev-parse', '--is-shallow-repository'], { cwd: root });
    const how = shallow.stdout.trim() === 'true' ? 'it is shallow: git fetch --unshallow' : 'git fetch origin';
    throw new Error(`The last release, commit ${commit}, is not in the history of this clone; ${how}`, {
      cause: error,
    });
  }
}
