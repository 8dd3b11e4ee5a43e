import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { networkFromNpm } from '../../src/executable/runtimes/npm-network.ts';
import { runtimes } from '../../src/executable/runtimes/runtimes-table.ts';
import { digestOfFile } from '../../src/shared/digest.ts';
import type { Target } from '../../src/shared/target.ts';
import { checkDist, checkPackages, type RuntimeCheck } from '../../src/toolchain/runtimes-check.ts';
import { packArchives, startNpmRegistry, type Archives } from '../support/executable/registry-server.ts';
import { cleanUp, here, temporaryFolder } from '../support/programs/executable-fixture.ts';
import { fileServer, type FileServer } from '../support/stores/file-server.ts';

const fixtures = join(import.meta.dirname, '../fixtures/signed-list');
const { distPath, package: carrier } = runtimes[here];
const list = `v${carrier.version}/SHASUMS256.txt.asc`;
const network = networkFromNpm();

let [archives, server] = [] as unknown as [Archives, FileServer];

beforeAll(async () => {
  archives = await packArchives(await temporaryFolder());
  server = await fileServer();
  await mkdir(dirname(join(server.folder, distPath)), { recursive: true });
  await cp(archives.dist, join(server.folder, distPath));
});
afterAll(async () => {
  await server.stop();
  await cleanUp();
});

/** What is found of the signature, and of this machine's runtime where that is asked for, with a list as nodejs.org has it. */
async function foundInDist(text: string, targets: Target[], keyring?: string): Promise<RuntimeCheck[]> {
  await writeFile(join(server.folder, list), text);
  return Array.fromAsync(checkDist(targets, { network, dist: `http://127.0.0.1:${server.port}`, keyring }));
}

/** An address where nobody listens. */
async function goneAddress(): Promise<string> {
  const gone = await fileServer();
  await gone.stop();
  return `http://127.0.0.1:${gone.port}`;
}

const listed = (digest: string): string => `${digest}  ${distPath.slice(carrier.version.length + 2)}\n`;

describe('checkDist()', () => {
  it('finds the signature right by its key alone, and over its text alone', async () => {
    const text = await readFile(join(fixtures, 'SHASUMS256.txt.asc'), 'utf8');
    const keyring = join(fixtures, 'keyring.gpg');
    const none = join(await temporaryFolder(), 'none.gpg');
    await writeFile(none, '');
    for (const [given, keys, wanted] of [
      [text, keyring, { state: 'same', note: expect.stringMatching(/^by the key [0-9A-F]{40}$/) }],
      [text, none, { state: 'not checked', note: expect.stringMatching(/does not have the key [0-9A-F]{16}$/) }],
      [text.replace('000001', '000002'), keyring, { state: 'differs', note: 'it is not over this text' }],
      ['no signature', keyring, { state: 'differs', note: 'it has none' }],
    ] as const) {
      expect((await foundInDist(given, [], keys))[0]).toMatchObject(wanted);
    }
  });

  it('holds the file against the list, and what is in it against the table', async () => {
    const right = listed(await digestOfFile(archives.dist));
    expect((await foundInDist(right, [here]))[1]).toMatchObject({ state: 'same' });
    expect((await foundInDist(listed('0'.repeat(64)), [here]))[1]).toMatchObject({
      state: 'differs',
      note: 'the list does not have the SHA-256 of that file',
    });
    const other: Target = 'win-x64';
    const file = join(server.folder, runtimes[other].distPath);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, 'another Node.js');
    await writeFile(join(server.folder, list), `${await digestOfFile(file)}  win-x64/node.exe\n`);
    const found = await Array.fromAsync(checkDist([other], { network, dist: `http://127.0.0.1:${server.port}/` }));
    expect(found[1]).toMatchObject({ state: 'differs', note: 'the table has the SHA-256 of another Node.js' });
  });

  it('calls nothing the same that it cannot reach', async () => {
    const found = await Array.fromAsync(checkDist([here], { network, dist: await goneAddress() }));
    expect(found).toMatchObject([
      { state: 'not checked', note: 'nothing listens there' },
      { state: 'not checked', note: 'there is no list' },
    ]);
  });
});

it('checkPackages() tells a package that the registry itself does not know from one that it does not reach', async () => {
  await using registry = await startNpmRegistry({ archives });
  const at = (url: string) => ({ network: { ...network, registryOf: () => `${url}/npm/` } });
  expect(await Array.fromAsync(checkPackages([here], at(registry.url)))).toMatchObject([
    { state: 'differs', note: expect.stringContaining("is not what the registry's metadata says") },
  ]);
  expect(await Array.fromAsync(checkPackages([here], at(await goneAddress())))).toMatchObject([
    { state: 'not checked', note: 'nothing listens there' },
  ]);
});
