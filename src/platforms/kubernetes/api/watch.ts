import { setTimeout as sleep } from 'node:timers/promises';
import type { V1ObjectMeta } from '@kubernetes/client-node';
import { DeployError } from '../../../shared/errors.ts';
import { refusalStatus } from './api-error.ts';
import type { Cluster } from './client.ts';
import type { Query } from './resource-paths.ts';
import { checkedEvent } from './read-answer.ts';

/** An object that can be listed and watched. */
export interface WatchedObject {
  metadata?: V1ObjectMeta;
}

export interface WatchOptions<T> {
  /** Selectors. */
  readonly query?: Query;
  readonly signal: AbortSignal;
  /** Called with everything there is, whenever something of it changed. */
  readonly onChange: (objects: ReadonlyMap<string, T>) => void;
  /** Called when the server cannot be reached, and again (with undefined) once it answers. */
  readonly onTrouble?: (trouble: DeployError | undefined) => void;
  /** After how long without news all is read anew, in case the watch lost something. */
  readonly relistMs?: number;
  /** False: only what happens from now on matters (events), so what is there already is not read. */
  readonly fromStart?: boolean;
  /** Which objects to keep, where no selector can say it. Default: all. */
  readonly wants?: (object: T) => boolean;
  /** Takes out of an object what nobody asks for: thousands are kept. */
  readonly slim?: (object: T) => void;
}

type WatchEvent<T> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; readonly object: T }
  | { readonly type: 'ERROR'; readonly object: { readonly code?: number; readonly message?: string } };

const longestPauseMs = 5_000;
/** What is not better a moment later. */
const lasting: ReadonlySet<string> = new Set(['cluster-denied', 'cluster-unreadable']);
const longestWatchSeconds = 600;
/** So many objects are read anew as often as asked for; more of them in proportion less often, or what is read would grow with their square. */
const readOften = 500;

/**
 * Keeps objects of one kind current until the signal ends it: reads all, watches from there, and reads all again now and
 * then. A dropped connection, an expired version (410) or a server that restarts only cost time.
 *
 * @param path of the collection.
 * @throws {DeployError} what the first reading throws; later only `cluster-denied` and `cluster-unreadable`. The signal's reason
 *   when it ends.
 */
export async function watch<T extends WatchedObject>(
  cluster: Cluster,
  path: string,
  options: WatchOptions<T>,
): Promise<never> {
  const { query = {}, signal, onChange, onTrouble, relistMs = 30_000, fromStart = true } = options;
  const { wants = () => true, slim } = options;
  let objects = new Map<string, T>();
  let version: string | undefined;
  let relistAt = 0;
  let everRead = false;
  let pauseMs = 0;

  /** For minutes, in thousands: without the list of who set which field it is half the size. */
  function keep(kept: Map<string, T>, object: T): void {
    delete object.metadata?.managedFields;
    slim?.(object);
    kept.set(keyOf(object), object);
  }

  function nextRead(count: number): number {
    return performance.now() + relistMs * Math.max(1, count / readOften);
  }

  async function read(): Promise<void> {
    const kept = new Map<string, T>();
    // Later it is told that it is away, and asked again for as long as this goes on.
    const wanted = fromStart ? query : { ...query, limit: 1 };
    const pages = cluster.pages<T>(path, { query: wanted, signal, isPatient: !everRead });
    // Page by page: thousands of objects are many megabytes, and not all of one is kept.
    for await (const { metadata, items } of pages) {
      version = metadata?.resourceVersion;
      if (!fromStart) break;
      for (const object of items) if (wants(object)) keep(kept, object);
    }
    relistAt = nextRead(kept.size);
    if (fromStart) {
      objects = kept;
      onChange(objects);
    }
    everRead = true;
  }

  async function follow(): Promise<void> {
    // Calls do not grow with what happens: as long as there is news, nothing is read anew. And a connection that died
    // silently never ends by itself.
    const quiet = new AbortController();
    const wait = (): number => Math.max(1_000, relistAt - performance.now());
    const look = (): void => {
      if (performance.now() >= relistAt) quiet.abort();
      else timer = setTimeout(look, wait());
    };
    let timer = setTimeout(look, wait());
    const lines = cluster.lines(path, {
      query: {
        ...query,
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion: version,
        timeoutSeconds: longestWatchSeconds,
      },
      signal: AbortSignal.any([signal, quiet.signal]),
    });
    try {
      for await (const line of lines) {
        pauseMs = 0;
        const event = checkedEvent(line, { method: 'GET', path, server: cluster.server }) as WatchEvent<T>;
        if (event.type === 'ERROR') {
          version = undefined;
          return;
        }
        version = event.object.metadata?.resourceVersion ?? version;
        if (event.type === 'BOOKMARK' || !wants(event.object)) continue;
        relistAt = nextRead(objects.size);
        if (event.type === 'DELETED') objects.delete(keyOf(event.object));
        else keep(objects, event.object);
        onChange(objects);
      }
    } catch (error) {
      signal.throwIfAborted();
      // A line that was cut in half is a dropped connection.
      if (!quiet.signal.aborted && !(error instanceof SyntaxError)) throw error;
      version = undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  for (;;) {
    signal.throwIfAborted();
    try {
      const startedAt = performance.now();
      if (version === undefined || performance.now() >= relistAt) await read();
      onTrouble?.(undefined);
      await follow();
      // A server that ends every watch at once is not asked more than once a second.
      pauseMs = performance.now() - startedAt < 1_000 ? 1_000 : 0;
    } catch (error) {
      signal.throwIfAborted();
      if (!everRead || !(error instanceof DeployError) || lasting.has(error.code)) throw error;
      onTrouble?.(error);
      if (refusalStatus(error) !== undefined) version = undefined;
      pauseMs = Math.min(longestPauseMs, Math.max(200, pauseMs * 2));
    }
    if (pauseMs > 0) await sleep(pauseMs, undefined, { signal });
  }
}

function keyOf({ metadata }: WatchedObject): string {
  return metadata?.uid ?? metadata?.name ?? '';
}
