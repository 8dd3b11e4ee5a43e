import { join } from 'node:path';
import envPaths from 'env-paths';
import type { Digest } from '../../shared/digest.ts';

/** Where runtimes are kept: in the user's cache folder, on Linux below XDG_CACHE_HOME. */
export function defaultCacheFolder(): string {
  return envPaths('selfsame', { suffix: '' }).cache;
}

/** Where something with this SHA-256 is kept, if it is. */
export function cachePath(folder: string, digest: Digest): string {
  return join(folder, 'runtimes', digest);
}
