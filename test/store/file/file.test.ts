import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openStore } from '../../../src/store/open.ts';
import { artifactOf, generatedArtifact } from '../../support/programs/artifact.ts';
import { application, place, startRunner } from '../../support/runner/runner.ts';
import { storeContract } from '../../support/contracts/store-contract.ts';
import { flipped } from '../../support/programs/broken-artifact.ts';
import { ofExecutables } from '../../support/stores/store-kinds.ts';
import { unusedContract } from '../../support/contracts/unused-contract.ts';

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'selfsame-files-'));
});
afterAll(async () => rm(home, { recursive: true }));

const storeUrl = 'https://files.example.test/apps/';
const folder = async (): Promise<string> => mkdtemp(join(home, 'store-'));
const open = (path: string, url: string | undefined = storeUrl) =>
  openStore({ store: `file://${path}`, storeUrl: url, environment: {} });

describe('fileStore', () => {
  storeContract(async () => open(await folder()), { ...ofExecutables, reuses: 'nothing', keepsTarget: false });
  unusedContract(async () => openStore({ store: `file://${await folder()}`, storeUrl, environment: {}, freshMs: 0 }), {
    shares: false,
  });
});

describe('put()', () => {
  it('leaves no file of an upload that failed, and no other beside one that did not', async () => {
    const [path, artifact] = [await folder(), await generatedArtifact(3, 'failed')];
    const store = open(path);
    await expect(store.put(flipped(artifact))).rejects.toMatchObject({ code: 'executable-damaged' });
    expect(await readdir(join(path, artifact.version))).toEqual([]);
    await store.put(artifact);
    expect(await readdir(join(path, artifact.version))).toEqual(['hello-world']);
    // For the web server, which is somebody else.
    expect((await stat(join(path, artifact.version, 'hello-world'))).mode & 0o777).toBe(0o644);
  });

  it.each(['half', 'other'])('stores anew what others have overwritten, and says so: %s', async (content) => {
    const [path, artifact] = [await folder(), await artifactOf('whole')];
    const [file, notices] = [join(path, artifact.version, 'hello-world'), [] as string[]];
    await mkdir(join(path, artifact.version));
    await writeFile(file, content);
    await open(path).put(artifact, { onNotice: (text) => notices.push(text) });
    expect(await readFile(file, 'utf8')).toBe('whole');
    expect(notices).toEqual([expect.stringContaining('held something else')]);
  });

  it('does not make the folder of a volume that is missing', async () => {
    const path = join(await folder(), 'not-mounted');
    await expect(open(path).put(await artifactOf('lost'))).rejects.toMatchObject({
      code: 'store-unreachable',
      message: `Cannot use file://${path}: there is no such folder`,
    });
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('list()', () => {
  it('tells the target of what is an executable', async () => {
    const [path, artifact] = [await folder(), await artifactOf(await readFile(process.execPath))];
    await open(path).put(artifact);
    expect(await open(path).list()).toMatchObject([{ target: `linux-${process.arch}` }]);
  });
});

describe('check()', () => {
  it('says what to pass where no pod could read', async () => {
    const error = { code: 'bad-store', hint: expect.stringContaining('--store-url') };
    const store = openStore({ store: `file://${await folder()}`, environment: {} });
    await expect(store.check()).rejects.toMatchObject(error);
    await expect(store.source(await artifactOf('unread'))).rejects.toMatchObject(error);
  });

  it('says if the folder is missing', async () => {
    await expect(open(join(await folder(), 'none')).check()).rejects.toMatchObject({ code: 'store-unreachable' });
  });
});

describe('openStore()', () => {
  it.each(['file://host/path', 'file:///path?sig=hidden', 'file:///path#x'])('refuses %s', (store) => {
    expect(() => openStore({ store, environment: {} })).toThrow(
      expect.objectContaining({ code: 'bad-store', message: expect.not.stringContaining('hidden') }),
    );
  });
});

it('run.sh fetches what a web server serves of the folder', async () => {
  const path = await folder();
  const server = createServer(async (request, response) => {
    response.end(await readFile(join(path, decodeURIComponent(request.url ?? ''))));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const store = open(path, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const artifact = await artifactOf(application, 'app');
    await store.put(artifact);
    await using at = await place((await store.source(artifact)).url);
    expect(await startRunner(at)).toMatchObject({ status: 0, ran: expect.stringContaining(artifact.version) });
  } finally {
    server.close();
  }
});
