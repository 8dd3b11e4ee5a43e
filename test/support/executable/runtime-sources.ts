import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect } from '@jest/globals';
import { Agent } from 'undici';
import type { Network } from '../../../src/executable/runtimes/npm-network.ts';
import { prefixFile } from '../../../src/executable/runtimes/runtimes.ts';
import type { RuntimeSource } from '../../../src/executable/runtimes/sources.ts';
import { cleanUp, folderForEachTest, here, temporaryFolder } from '../programs/executable-fixture.ts';
import { forFile } from '../run/for-file.ts';
import { packArchives } from './registry-server.ts';

/** For the tests of a file: archives as registries serve them, and for each test a folder with a cache in it. */
export function runtimeSourcesForFile() {
  afterAll(cleanUp);
  const archives = forFile(async () => packArchives(await temporaryFolder()), { timeoutMs: 120_000 });
  const folder = folderForEachTest();
  const cacheFolder = (): string => join(folder(), 'cache');
  return { archives, folder, cacheFolder, refusal: (source: RuntimeSource) => refusalOf(source, cacheFolder()) };
}

/** What a source is refused with. Nothing may be left in the cache. */
async function refusalOf(
  source: RuntimeSource,
  cacheFolder: string,
): Promise<{ code: string; message: string; hint: string }> {
  const error = await prefixFile(here, { source, cacheFolder }).then(
    () => undefined,
    (refused) => refused,
  );
  expect(await readdir(join(cacheFolder, 'runtimes'))).toEqual([]);
  return error;
}

/** A network without proxy, token or authority of its own. */
export function directNetwork(): Network {
  const address = 'http://127.0.0.1:1/';
  return {
    dispatcher: new Agent(),
    registryOf: () => address,
    publicRegistry: address,
    authorizationFor: () => undefined,
    warnings: [],
  };
}
