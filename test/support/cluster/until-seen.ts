import type { Cluster } from '../../../src/platforms/kubernetes/api/client.ts';
import type { Query } from '../../../src/platforms/kubernetes/api/resource-paths.ts';
import { watch, type WatchedObject } from '../../../src/platforms/kubernetes/api/watch.ts';

/** Waits, 60 s at most, for an object of a collection that is as wanted. A watch that ends early is opened again. */
export async function untilSeen<T extends WatchedObject>(
  cluster: Cluster,
  path: string,
  { query, isWanted }: { readonly query: Query; readonly isWanted: (object: T) => boolean },
): Promise<T> {
  let found: T | undefined;
  const done = new AbortController();
  const watching = watch<T>(cluster, path, {
    query,
    signal: AbortSignal.any([done.signal, AbortSignal.timeout(60_000)]),
    onChange(objects) {
      found = objects.values().find(isWanted);
      if (found !== undefined) done.abort();
    },
  });
  await watching.catch((error: unknown) => {
    if (!done.signal.aborted) throw new Error(`Nothing of ${path} became as wanted`, { cause: error });
  });
  return found as T;
}
