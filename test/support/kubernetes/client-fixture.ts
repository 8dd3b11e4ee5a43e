import { afterEach } from '@jest/globals';
import { type Cluster, connect, type ConnectOptions } from '../../../src/platforms/kubernetes/api/client.ts';
import { type ApiServer, apiServer } from './api-server.ts';

/** What a test of the client opens; all of it is closed after the test. Call it at the top of the file. */
export function clientFixture() {
  const closing: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });
  return {
    closing,
    start: async (handler: Parameters<typeof apiServer>[0]): Promise<ApiServer> => {
      const server = await apiServer(handler);
      closing.push(async () => server.close());
      return server;
    },
    open: async (kubeconfig: string, options: Partial<ConnectOptions> = {}): Promise<Cluster> => {
      const { signal } = new AbortController();
      const environment = { PATH: process.env['PATH'] };
      const cluster = await connect({ kubeconfig, environment, signal, ...options });
      closing.push(async () => cluster.close());
      return cluster;
    },
  };
}
