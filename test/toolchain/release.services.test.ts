import { execFile } from 'node:child_process';
import { createHash, createPrivateKey, createPublicKey, verify } from 'node:crypto';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { release, type Release } from '../../src/toolchain/release.ts';
import { writeBlob } from '../../src/executable/format/blob.ts';
import { packagesAsset, type PackageList } from '../../src/executable/packages/package-list.ts';
import { bytesOf } from '../../src/executable/format/bytes.ts';
import { rebuild } from '../../src/executable/rebuild.ts';
import { openExecutable } from '../../src/executable/self.ts';
import { releaseOf, versionsOf } from '../../src/executable/version.ts';
import { linuxTargets, targets } from '../../src/shared/target.ts';
import { goodMachO, inspect } from '../support/executable/lief.ts';
import { signingKey } from '../support/programs/signing-key.ts';
import { writePackageList } from '../../src/toolchain/package-list.ts';
import { sbomFaults } from '../support/executable/cyclonedx.ts';
import { scratchFolder, type ScratchFolder } from '../support/executable/scratch.ts';

const run = promisify(execFile);

const of = { version: '1.0.0', license: 'MIT', texts: ['terms'] };
const list: PackageList = {
  application: { name: 'tiny', version: '1.2.3' },
  node: { ...of, name: 'Node.js' },
  packages: [{ ...of, name: 'selfsame', parts: ['selfsame'] }],
};
const key = signingKey();

// As large as a real one, and of an odd length.
const blob = writeBlob({
  mainPath: 'dist/main.cjs',
  code: Buffer.from('console.log(require("node:sea").getAsset("word", "utf8"), process.version)'),
  assets: new Map([
    ['word', Buffer.from('selfsame')],
    ['weight', Buffer.alloc(3_000_001, 'weight ')],
    [packagesAsset, writePackageList(list)],
  ]),
});
const blobDigest = createHash('sha256').update(blob).digest('hex');

let folder: ScratchFolder;
let released: Release;
const fileOf = (target: keyof Release['targets']): string => join(folder.path, released.targets[target].file);

// Three times postject on two processors, and the runtimes if they are not in the cache.
beforeAll(async () => {
  folder = await scratchFolder();
  released = await release({
    name: 'tiny',
    blob,
    folder: folder.path,
    key: createPrivateKey(key.privatePem),
    commit: 'c'.repeat(40),
    report: () => {},
  });
}, 600_000);

afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

it('release() writes five executables, and sums that sha256sum accepts', async () => {
  expect((await readdir(folder.path)).toSorted()).toEqual([
    'RELEASE.json',
    'SHA256SUMS',
    'tiny-darwin-arm64',
    'tiny-darwin-x64',
    'tiny-linux-arm64',
    'tiny-linux-x64',
    'tiny-win-x64.exe',
    'tiny.cdx.json',
    'tiny.intoto.json',
    'tiny.sig',
  ]);
  const { stdout } = await run('sha256sum', ['-c', 'SHA256SUMS'], { cwd: folder.path });
  expect(stdout.trim().split('\n').toSorted()).toEqual(
    targets.map((target) => `${released.targets[target].file}: OK`).toSorted(),
  );
});

it('RELEASE.json names the release that the Linux versions make', async () => {
  expect(JSON.parse(await readFile(join(folder.path, 'RELEASE.json'), 'utf8'))).toEqual(released);
  const versions = await versionsOf(bytesOf(blob));
  expect(released).toMatchObject({ name: 'tiny', release: releaseOf(versions), node: process.versions.node });
  for (const target of linuxTargets) expect(released.targets[target].version).toBe(versions[target]);
});

it('the bill of materials is one of CycloneDX, of all files', async () => {
  const text = await readFile(join(folder.path, 'tiny.cdx.json'), 'utf8');
  expect(await sbomFaults(text)).toBeUndefined();
  const { metadata } = JSON.parse(text) as { metadata: { component: { version: string; components: object[] } } };
  expect(metadata.component.version).toBe('1.2.3');
  expect(metadata.component.components).toMatchObject(
    targets.map((target) => ({
      name: released.targets[target].file,
      hashes: [{ alg: 'SHA-256', content: released.targets[target].version }],
    })),
  );
});

it('the provenance names every file, what they are made of, and is signed', async () => {
  const { payloadType, payload, signatures } = JSON.parse(
    await readFile(join(folder.path, 'tiny.intoto.json'), 'utf8'),
  ) as { payloadType: string; payload: string; signatures: { sig: string }[] };
  const body = Buffer.from(payload, 'base64');
  // https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
  const signed = Buffer.concat([Buffer.from(`DSSEv1 28 application/vnd.in-toto+json ${body.length} `), body]);
  expect(payloadType).toBe('application/vnd.in-toto+json');
  const [{ sig } = { sig: '' }] = signatures;
  expect(verify(null, signed, createPublicKey(key.publicPem), Buffer.from(sig, 'base64'))).toBe(true);
  const sums = createHash('sha256')
    .update(await readFile(join(folder.path, 'tiny.cdx.json')))
    .digest('hex');
  expect(JSON.parse(body.toString())).toMatchObject({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [
      ...targets.map((target) => {
        const { file, version } = released.targets[target];
        return { name: file, digest: { sha256: version } };
      }),
      { name: 'tiny.cdx.json', digest: { sha256: sums } },
    ],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: 'pkg:npm/selfsame@1.0.0#release',
        resolvedDependencies: expect.arrayContaining([
          { name: 'source', digest: { gitCommit: 'c'.repeat(40) } },
          { uri: 'pkg:npm/selfsame@1.0.0' },
        ]),
      },
      runDetails: { builder: { id: 'pkg:npm/selfsame@1.0.0' } },
    },
  });
});

it('openssl finds the signature right that the versions of both architectures have', async () => {
  await using other = await scratchFolder();
  const paths = ['key.pem', 'release.txt', 'release.sig'].map((file) => join(other.path, file));
  const [pem = '', text = '', sig = ''] = paths;
  await writeFile(pem, key.publicPem);
  await writeFile(text, linuxTargets.map((target) => `${target} ${released.targets[target].version}\n`).join(''));
  await writeFile(sig, Buffer.from(await readFile(join(folder.path, 'tiny.sig'), 'utf8'), 'base64'));
  const words = ['pkeyutl', '-verify', '-pubin', '-inkey', pem, '-rawin', '-in', text, '-sigfile', sig];
  expect((await run('openssl', words)).stdout).toContain('Signature Verified Successfully');
});

it('the darwin files carry the blob, and a signature whose hashes hold', async () => {
  const expected = (cpu: string) => ({
    ...goodMachO({ identifier: 'tiny', pages: expect.any(Number) }),
    cpu,
    blob: blobDigest,
  });
  expect(await inspect(fileOf('darwin-arm64'), fileOf('darwin-x64'))).toEqual([expected('ARM64'), expected('X86_64')]);
});

it('the Windows file carries the blob, a right checksum, and no stale signature', async () => {
  expect(await inspect(fileOf('win-x64'))).toEqual([
    {
      format: 'PE',
      cpu: 'AMD64',
      blob: blobDigest,
      certificates: [0, 0],
      signatures: 0,
      checksum: true,
      overlayBytes: 0,
    },
  ]);
});

it('rebuild() makes the same Linux executables out of the darwin and Windows files', async () => {
  await using other = await scratchFolder();
  for (const origin of ['darwin-arm64', 'darwin-x64', 'win-x64'] as const) {
    const from = await openExecutable(fileOf(origin));
    expect(from.target).toBe(origin);
    for (const target of linuxTargets) {
      const version = await rebuild(target, { from, output: join(other.path, target) });
      expect(version).toBe(released.targets[target].version);
    }
  }
  for (const target of linuxTargets) {
    expect((await readFile(join(other.path, target))).equals(await readFile(fileOf(target)))).toBe(true);
  }
});
