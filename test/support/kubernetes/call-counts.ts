/** Calls of one method to one path. */
interface CountedCall {
  readonly method: string;
  /** Without its query, but for what makes it another call: `?watch=true`, `?dryRun=All`. */
  readonly path: string;
  readonly count: number;
}

/** Counts the calls that reach a server. */
export interface CallCounter {
  readonly note: (method: string | undefined, url: string | undefined) => void;
  /** In the order in which each came first. */
  readonly counts: () => CountedCall[];
  readonly total: () => number;
}

export function callCounter(): CallCounter {
  const calls = new Map<string, number>();
  return {
    note(method = '', url = '') {
      const key = `${method} ${countedPath(url)}`;
      calls.set(key, (calls.get(key) ?? 0) + 1);
    },
    counts: () =>
      [...calls].map(([key, count]) => {
        const [method = '', path = ''] = key.split(' ');
        return { method, path, count };
      }),
    total: () => [...calls.values()].reduce((sum, count) => sum + count, 0),
  };
}

function countedPath(url: string): string {
  const { pathname, searchParams } = new URL(url, 'http://server.test');
  const kept = [...searchParams].filter(([name, value]) => name === 'dryRun' || (name === 'watch' && value === 'true'));
  return kept.length === 0 ? pathname : `${pathname}?${new URLSearchParams(kept).toString()}`;
}
