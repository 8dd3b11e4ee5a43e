// The tools of the routes that the benchmark compares: found, or fetched into the cache folder. Nothing is installed.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultCacheFolder } from '../../src/executable/runtimes/cache.ts';
import { DeployError } from '../../src/shared/errors.ts';
import { runTool } from './run-tool.ts';

/** A tool that is not here, with how to get it. */
export interface Missing {
  readonly tool: string;
  readonly hint: string;
}

/** The version of ko that we compare with, from the Go module proxy. */
const koVersion = 'v0.19.1';

/** @throws {DeployError} `system-lacks` if what builds and applies images is missing: the cluster needs it as well. */
export function needTools(): void {
  for (const [tool, packageName] of [
    ['buildah', 'buildah'],
    ['kubectl', 'kubernetes-client'],
  ] as const) {
    if (isThere(tool)) continue;
    throw new DeployError('system-lacks', `Cannot find ${tool}`, {
      hint: `Run: sudo apt-get install ${packageName}`,
    });
  }
}

/** Debian's docker-registry, taken out of its package: an installed one would start as a service. */
export async function findRegistry(signal: AbortSignal): Promise<string | Missing> {
  if (isThere('docker-registry')) return 'docker-registry';
  const missing = { tool: 'docker-registry', hint: 'Run: sudo apt-get install docker-registry' };
  const file = await inCache('docker-registry', async (folder) => {
    const fetched = async (): Promise<unknown> =>
      runTool(['apt-get', 'download', '-qq', 'docker-registry'], { cwd: folder, signal });
    await fetched().catch(async () => {
      signal.throwIfAborted();
      await runTool(['apt-get', 'update', '-qq'], { signal });
      await fetched();
    });
    const [archive = ''] = await readdir(folder);
    await runTool(['dpkg-deb', '-x', archive, 'package'], { cwd: folder, signal });
    return join(folder, 'package/usr/bin/docker-registry');
  }).catch((error: unknown) => {
    signal.throwIfAborted();
    return { ...missing, hint: `${missing.hint} (${String(error)})` };
  });
  return file;
}

/** ko and the Go that it builds with. */
export async function findKo(signal: AbortSignal): Promise<{ readonly ko: string; readonly path: string } | Missing> {
  const folders = (process.env['PATH'] ?? '').split(':');
  const goFolder = [...folders, '/usr/local/go/bin'].find((folder) => existsSync(join(folder, 'go')));
  if (goFolder === undefined) {
    return { tool: 'go', hint: 'Install Go 1.24 or newer from https://go.dev/dl; ko is fetched with it' };
  }
  const path = [...folders, goFolder].join(':');
  try {
    const ko = await inCache(`ko-${koVersion}`, async (folder) => {
      console.error(`Building ko ${koVersion}, once; this takes some minutes`);
      const env = { PATH: path, GOBIN: folder };
      await runTool(['go', 'install', `github.com/google/ko@${koVersion}`], { signal, env });
      return join(folder, 'ko');
    });
    return { ko, path };
  } catch (error) {
    signal.throwIfAborted();
    const hint = `Run: go install github.com/google/ko@${koVersion} (${String(error).slice(0, 300)})`;
    return { tool: 'ko', hint };
  }
}

/** Whether a file of this name is kept from an earlier run; else makes it in a folder of its own. */
async function inCache(name: string, make: (folder: string) => Promise<string>): Promise<string> {
  const kept = join(defaultCacheFolder(), 'bench', name);
  if (existsSync(kept)) return kept;
  const folder = `${kept}.${process.pid}`;
  await mkdir(folder, { recursive: true });
  try {
    await rename(await make(folder), kept);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return kept;
}

function isThere(command: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', command]).status === 0;
}
