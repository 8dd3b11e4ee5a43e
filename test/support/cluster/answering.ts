import { setTimeout as wait } from 'node:timers/promises';
import type { TestCluster } from './cluster.ts';

/** Asks through the Service, one request after the other, until it is stopped. */
export function answering({ cluster, namespace }: TestCluster): {
  stop: () => Promise<{ asked: number; failed: string[] }>;
} {
  const failed: string[] = [];
  const over = new AbortController();
  const asking = (async () => {
    let asked = 0;
    while (!over.signal.aborted) {
      try {
        await cluster.request('GET', `/api/v1/namespaces/${namespace}/services/hello-world:http/proxy/`);
      } catch (error) {
        failed.push(String(error));
      }
      asked += 1;
      // The machine has other things to do as well.
      await wait(100);
    }
    return asked;
  })();
  return {
    async stop() {
      over.abort();
      return { asked: await asking, failed };
    },
  };
}
