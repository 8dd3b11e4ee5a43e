import { openStore } from '../../../src/store/open.ts';
import type { UrlStore } from '../../../src/store/store.ts';
import { meddlingProxy, type MeddlingProxy } from './meddling-proxy.ts';
import { s3Server, type S3Server } from './seaweed.ts';

/** An S3 server that is reached through a proxy, which does what a test wants to happen on the way. */
export interface ProxiedS3 {
  readonly server: S3Server;
  readonly proxy: MeddlingProxy;
  /** @param environment holds the keys; without it, those of who may write. */
  open(bucket: string, environment?: Readonly<Record<string, string>>, storeUrl?: string): UrlStore;
  close(): Promise<void>;
}

/** The first time on a machine, the server has to be installed: allow 300 s. */
export async function proxiedS3(): Promise<ProxiedS3> {
  const server = await s3Server();
  const proxy = await meddlingProxy(server.port);
  return {
    server,
    proxy,
    open: (bucket, environment = server.writer, storeUrl) =>
      openStore({ store: `s3://${bucket}?endpoint=http://127.0.0.1:${proxy.port}`, storeUrl, environment }),
    async close() {
      await proxy.close();
      await server.stop();
    },
  };
}
