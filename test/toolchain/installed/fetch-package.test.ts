import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pack } from 'tar-stream';
import { fetchPackage, unpackingFolder } from '../../../src/toolchain/installed/fetch-package.ts';
import { listen } from '../../support/kubernetes/api-server.ts';

const name = '@some/add-on-linux-arm64';

/** A registry with one package; the settings of npm and of the cache lead to it and to a folder of the test. */
async function registry(code: string) {
  const tar = pack();
  tar.entry({ name: 'package/package.json' }, JSON.stringify({ name, version: '1.0.0' }));
  tar.entry({ name: 'package/index.js' }, code);
  tar.finalize();
  const archive = gzipSync(await buffer(tar));
  const integrity = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    const dist = { tarball: `http://127.0.0.1:${port}/archive.tgz`, integrity };
    response.end(url.endsWith('.tgz') ? archive : JSON.stringify({ versions: { '1.0.0': { dist } } }));
  });
  const port = await listen(server);
  process.env['npm_config_registry'] = `http://127.0.0.1:${port}/`;
  return { integrity, asked, [Symbol.dispose]: () => void server.close() };
}

async function fetched(integrity: string | undefined): Promise<string | undefined> {
  await using unpacking = unpackingFolder();
  const found = await fetchPackage({ name, version: '1.0.0', integrity, unpacking, report: () => undefined });
  return found && readFile(join(found.folder, 'index.js'), 'utf8');
}

describe('fetchPackage()', () => {
  let cache: string;
  const before = { ...process.env };
  beforeEach(async () => {
    cache = await mkdtemp(join(tmpdir(), 'selfsame-test-'));
    process.env['XDG_CACHE_HOME'] = cache;
  });
  afterEach(async () => {
    for (const setting of ['XDG_CACHE_HOME', 'npm_config_registry']) {
      if (before[setting] === undefined) Reflect.deleteProperty(process.env, setting);
      else process.env[setting] = before[setting];
    }
    await rm(cache, { recursive: true });
  });

  it('keeps what it fetched, in a folder that is closed to others, and nothing unpacked', async () => {
    using from = await registry('ours');
    expect(await fetched(from.integrity)).toBe('ours');
    expect(await fetched(from.integrity)).toBe('ours');
    expect(from.asked).toHaveLength(2);
    const folder = join(cache, 'selfsame/packages');
    expect(await readdir(folder)).toEqual([expect.stringMatching(/^[0-9a-f]{32}\.tgz$/)]);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it.each(['the lock file', 'the registry'])('takes nothing else out of the cache than what %s names', async (by) => {
    using from = await registry('ours');
    const integrity = by === 'the registry' ? undefined : from.integrity;
    expect(await fetched(integrity)).toBe('ours');
    for (const entry of await readdir(cache, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) await writeFile(join(entry.parentPath, entry.name), 'foreign');
    }
    expect(await fetched(integrity)).toBe('ours');
  });
});
