// Tells that something changed in some folders. Folders are watched, not files: many editors write a new file and give it the
// name, and whoever watches the file itself then watches one that is gone.
import { watch, type FSWatcher } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

export interface FolderWatch {
  /**
   * Waits for a change, and until it is quiet: an editor that saves touches a file several times. Changes that come while
   * nobody waits are kept for the next call.
   *
   * @returns when the first of them was seen, as `performance.now()` counts.
   */
  next(signal: AbortSignal): Promise<number>;
  close(): void;
}

const quietMs = 25;
/** Something that never stops to write must not hold up a build for ever. */
const patienceMs = 500;

/** @param roots folders, watched with all below them but packages, builds and hidden ones. */
export async function watchFolders(roots: readonly string[]): Promise<FolderWatch> {
  const watched = new Map<string, { readonly watcher: FSWatcher; readonly identity: string }>();
  const changes: { firstAt: number | undefined; lastAt: number } = { firstAt: undefined, lastAt: 0 };
  let wake = (): void => undefined;
  const seen = (name: string | null): void => {
    if (name !== null && isEditorsOwn(name)) return;
    changes.lastAt = performance.now();
    changes.firstAt ??= changes.lastAt;
    wake();
  };

  const close = (path: string): void => {
    watched.get(path)?.watcher.close();
    watched.delete(path);
  };
  /** Folders come and go, and one that went and came back is another. */
  const scan = async (): Promise<void> => {
    const folders = new Map<string, string>();
    for (const root of roots) await collect(root, folders);
    for (const [path, { identity }] of watched) if (folders.get(path) !== identity) close(path);
    for (const [path, identity] of folders) {
      if (watched.has(path)) continue;
      const watcher = watch(path, (_event, name) => seen(name));
      // It is gone: the folder above tells as well.
      watcher.on('error', () => close(path));
      watched.set(path, { watcher, identity });
    }
  };
  await scan();

  return {
    async next(signal) {
      while (changes.firstAt === undefined) await changed(signal);
      const { firstAt } = changes;
      let quietIn = quietMs;
      while (quietIn > 0 && performance.now() - firstAt < patienceMs) {
        await wait(quietIn, undefined, { signal });
        quietIn = changes.lastAt + quietMs - performance.now();
      }
      // What comes from here on is the next change. Scanned before anything is read: what is in a new folder is either
      // there to be read now, or seen when it comes.
      changes.firstAt = undefined;
      await scan();
      return firstAt;
    },
    close() {
      for (const path of watched.keys()) close(path);
    },
  };

  async function changed(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = (): void => reject(signal.reason as Error);
    wake = resolve;
    signal.addEventListener('abort', abort, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }
}

/** The folders below one, with what tells apart two of the same path. */
async function collect(folder: string, found: Map<string, string>): Promise<void> {
  try {
    const { dev, ino } = await stat(folder, { bigint: true });
    found.set(folder, `${dev}:${ino}`);
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.isDirectory() && !isLeftOut(entry.name)) await collect(join(folder, entry.name), found);
    }
  } catch (error) {
    if (!['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    found.delete(folder);
  }
}

function isLeftOut(name: string): boolean {
  return name.startsWith('.') || ['node_modules', 'dist', 'coverage'].includes(name);
}

/** Swap files, backups, and what vim tries whether it may write with. */
function isEditorsOwn(name: string): boolean {
  return /^[.#]|[~#]$|^4913$/.test(name);
}
