import { afterEach } from '@jest/globals';
import { openStore } from '../../../src/store/open.ts';
import type { UrlStore } from '../../../src/store/store.ts';
import { forFile } from '../run/for-file.ts';
import { makeBucket } from './bucket.ts';
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

/**
 * One for the tests of a file: none of them finds what another had the proxy do. The first time on a machine, the server has
 * to be installed.
 *
 * @param bucket is made there.
 */
export function proxiedS3ForFile(bucket?: string): () => ProxiedS3 {
  const make = async (): Promise<ProxiedS3> => {
    const s3 = await proxiedS3();
    if (bucket !== undefined) await makeBucket(s3.server, bucket);
    return s3;
  };
  const s3 = forFile(make, { close: (made) => made.close(), timeoutMs: 300_000 });
  afterEach(() => {
    s3().proxy.refuse = undefined;
    s3().proxy.before = undefined;
  });
  return s3;
}

async function proxiedS3(): Promise<ProxiedS3> {
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
