import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Azurite } from '../../support/stores/azurite-server.ts';
import { blobHere } from '../../../src/toolchain/clone.ts';
import type { Artifact } from '../../../src/executable/format/artifact.ts';
import { bytesOf } from '../../../src/executable/format/bytes.ts';
import { artifactFor } from '../../../src/executable/rebuild.ts';
import { localSource } from '../../../src/executable/runtimes/sources.ts';
import { openStore } from '../../../src/store/open.ts';
import { azuriteProcess } from '../../support/stores/azurite.ts';
import { cleanUp, here, installedRuntime, temporaryFolder } from '../../support/programs/executable-fixture.ts';
import { faultyProxy } from '../../support/stores/faulty-proxy.ts';
import type { FaultyProxy } from '../../support/stores/faulty-proxy.ts';
import { meddlingProxy } from '../../support/stores/meddling-proxy.ts';
import type { MeddlingProxy } from '../../support/stores/meddling-proxy.ts';

/** What an edit of the example application costs, measured at the wire. */
describe('put() of the next version of hello-world', () => {
  let azurite: Azurite;
  let requests: MeddlingProxy;
  let proxy: FaultyProxy;
  let first: Artifact;
  let second: Artifact;
  beforeAll(async () => {
    azurite = await azuriteProcess();
    requests = await meddlingProxy(azurite.port);
    proxy = await faultyProxy(requests.port);
    const runtimes = { source: localSource(installedRuntime), cacheFolder: await temporaryFolder() };
    const artifactOf = async (entry: string): Promise<Artifact> => {
      const from = { blob: bytesOf(await blobHere(entry)) };
      return artifactFor(here, { name: 'hello-world', from, runtimes });
    };
    first = await artifactOf('src/hello-world.ts');
    second = await artifactOf('test/fixtures/changed.ts');
  }, 120_000);
  afterAll(async () => {
    await cleanUp();
    await proxy.close();
    await requests.close();
    await azurite.stop();
  });

  /** Bytes of the blocks that came, each block once: one whose connection broke comes again. */
  const blockBytes = (): number => {
    const sizes = new Map(
      requests.seen
        .filter(({ url }) => url.includes('blockid='))
        .map(({ url, headers }) => [url, Number(headers['content-length'])]),
    );
    return sizes.values().reduce((sum, size) => sum + size, 0);
  };

  const open = (container: string) =>
    openStore({
      store: `http://127.0.0.1:${proxy.port}/${azurite.account}/${container}`,
      environment: { AZURE_STORAGE_KEY: azurite.key },
    });

  it.each([
    { like: 'nothing', mostBytes: 4_000_000 },
    { like: 'the version that runs', mostBytes: 300_000 },
  ])(
    'sends at most $mostBytes bytes where it is like $like',
    async ({ like, mostBytes }) => {
      const store = open(`at-most-${mostBytes}`);
      requests.seen.length = 0;
      expect((await store.put(first)).sentBytes).toBeGreaterThanOrEqual(first.sizeBytes);
      expect(blockBytes()).toBe(first.sizeBytes);
      requests.seen.length = 0;
      const before = proxy.upBytes;
      const { sentBytes, reusedBytes } = await store.put(second, like === 'nothing' ? {} : { basedOn: first.version });
      const crossed = proxy.upBytes - before;
      expect(crossed).toBeLessThanOrEqual(mostBytes);
      // The rest of what crossed is the words around the bytes.
      expect(crossed - sentBytes).toBeGreaterThan(0);
      expect(crossed - sentBytes).toBeLessThan(30_000);
      expect(sentBytes).toBeGreaterThanOrEqual(blockBytes());
      expect(blockBytes() + reusedBytes).toBe(second.sizeBytes);

      const { url, secret } = await store.source(second);
      const { body } = await fetch(`${url}?${secret}`);
      const hash = createHash('sha256');
      for await (const chunk of body ?? []) hash.update(chunk);
      expect(hash.digest('hex')).toBe(second.version);
    },
    120_000,
  );
});
