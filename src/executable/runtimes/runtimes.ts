import { type Digest, digestOfFile } from '../../shared/digest.ts';
import type { LinuxTarget, Target } from '../../shared/target.ts';
import { cachePath, defaultCacheFolder } from './cache.ts';
import type { FetchOptions } from './fetch.ts';
import { prefixOf } from '../format/prefix.ts';
import { runtimes } from './runtimes-table.ts';
import type { RuntimeOptions } from './sources.ts';

/**
 * The prefix of a Linux target as a file, out of the cache or else the source; its SHA-256 is the table's.
 *
 * @throws {DeployError} `runtime-unavailable`, or `runtime-refused` for bytes that are not the table's.
 */
export async function prefixFile(target: LinuxTarget, options: RuntimeOptions = {}): Promise<string> {
  const { prefix } = runtimes[target];
  return kept(target, prefix.digest, { ...options, change: (runtime) => prefixOf(runtime, prefix) });
}

/**
 * The plain runtime of any target as a file, as {@link prefixFile} gives the prefix.
 *
 * @throws {DeployError} `runtime-unavailable`, or `runtime-refused` for bytes that are not the table's.
 */
export async function runtimeFile(target: Target, options: RuntimeOptions = {}): Promise<string> {
  const { digest } = runtimes[target];
  return kept(target, digest, { ...options, change: (runtime) => runtime });
}

async function kept(
  target: Target,
  digest: Digest,
  options: RuntimeOptions & Pick<FetchOptions, 'change'>,
): Promise<string> {
  const path = cachePath(options.cacheFolder ?? defaultCacheFolder(), digest);
  const found = await digestIfThere(path, options.signal);
  if (found === digest) return path;
  if (found !== 'absent') {
    options.report?.({ kind: 'warning', text: `The cached runtime "${path}" is damaged; fetching it anew` });
  }
  // Loaded when needed: what speaks HTTP costs 25 MB of memory.
  const { fetchRuntime } = await import('./fetch.ts');
  await fetchRuntime(target, { ...options, path, digest });
  return path;
}

/** What is wrong with a file that is there but cannot be read, writing in its place will tell. */
async function digestIfThere(path: string, signal: AbortSignal | undefined): Promise<Digest | 'absent' | 'unreadable'> {
  try {
    return await digestOfFile(path, signal);
  } catch (error) {
    signal?.throwIfAborted();
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'absent' : 'unreadable';
  }
}
