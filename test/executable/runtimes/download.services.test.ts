import { readdir } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { prefixFile } from '../../../src/executable/runtimes/runtimes.ts';
import { runtimes } from '../../../src/executable/runtimes/runtimes-table.ts';
import { mirrorSource, npmSource } from '../../../src/executable/runtimes/sources.ts';
import { digestOfFile } from '../../../src/shared/digest.ts';
import { here } from '../../support/programs/executable-fixture.ts';
import { startNpmRegistry, type Misbehave } from '../../support/executable/registry-server.ts';
import { directNetwork, runtimeSourcesForFile } from '../../support/executable/runtime-sources.ts';

const { prefix } = runtimes[here];
const { archives, cacheFolder, refusal } = runtimeSourcesForFile();

describe('a failing server', () => {
  it('is asked again after 500, and after a connection that was dropped midway', async () => {
    const misbehave: Misbehave = (response, file, nth) => {
      if (nth === 1) response.writeHead(500).end();
      if (nth === 2 && file !== undefined) dropMidway(response, file);
      return nth <= 2;
    };
    await using registry = await startNpmRegistry({ archives: archives(), misbehave });
    const path = await prefixFile(here, {
      source: mirrorSource(`${registry.url}/dist/`, directNetwork()),
      cacheFolder: cacheFolder(),
    });
    expect(await digestOfFile(path)).toBe(prefix.digest);
    expect(registry.asked).toHaveLength(3);
  });

  it('is given up in the end, and nothing is left in the cache', async () => {
    await using registry = await startNpmRegistry({
      archives: archives(),
      misbehave: (response) => !!response.writeHead(503).end(),
    });
    expect(await refusal(mirrorSource(`${registry.url}/dist/`, directNetwork()))).toMatchObject({
      code: 'runtime-unavailable',
      message: expect.stringContaining('answered 503'),
    });
    expect(registry.asked).toHaveLength(4);
  }, 30_000);

  it('is not asked again after 404', async () => {
    await using registry = await startNpmRegistry({
      archives: archives(),
      misbehave: (response) => !!response.writeHead(404).end(),
    });
    await refusal(npmSource({ ...directNetwork(), registryOf: () => `${registry.url}/npm/` }));
    expect(registry.asked).toHaveLength(1);
  });

  it('is left at once when the user stops', async () => {
    const stop = new AbortController();
    const misbehave: Misbehave = (response) => {
      response.writeHead(200, { 'Content-Length': 1000 }).write('x');
      stop.abort();
      return true;
    };
    await using registry = await startNpmRegistry({ archives: archives(), misbehave });
    const source = mirrorSource(`${registry.url}/dist/`, directNetwork());
    const stopped = prefixFile(here, { source, cacheFolder: cacheFolder(), signal: stop.signal });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    expect(await readdir(join(cacheFolder(), 'runtimes'))).toEqual([]);
  });
});

function dropMidway(response: Parameters<Misbehave>[0], file: string): void {
  response.writeHead(200, { 'Content-Length': 50_000_000 });
  const part = createReadStream(file, { end: 20_000_000 });
  part.pipe(response, { end: false });
  part.on('end', () => response.socket?.destroy());
}
