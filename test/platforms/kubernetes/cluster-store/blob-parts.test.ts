import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  cutBlob,
  isPartName,
  partsFor,
  storedBlobs,
} from '../../../../src/platforms/kubernetes/cluster-store/blob-parts.ts';
import { parseDigest } from '../../../../src/shared/digest.ts';
import { noise } from '../../../support/programs/artifact.ts';

const digest = parseDigest('0123456789abcdef'.repeat(4));
const artifact = {
  version: parseDigest('1'.repeat(64)),
  name: 'hello-world',
  sizeBytes: 7,
  target: 'linux-x64',
} as const;
const packed = noise('cut', 2_000_000);
const whole = await cutBlob({ digest, sizeBytes: 5_000_000, open: () => (async function* () {})() }, packed);
const partsOf = (edition: number) => partsFor(whole, { name: 'shop', namespace: 'default', edition, artifact });
const parts = partsOf(0);
const stored = (chosen = parts) => storedBlobs('shop', 'ConfigMap', metadataOf(chosen));
const metadataOf = (chosen: typeof parts) => chosen.map(({ metadata = {} }) => metadata);

describe('isPartName()', () => {
  it('knows the parts of every edition, and nothing else that somebody calls so', () => {
    for (const edition of [0, 2])
      for (const { metadata } of partsOf(edition)) expect(isPartName('shop', metadata?.name ?? '')).toBe(true);
    for (const other of [
      'shop-db',
      'shop-blob-db',
      'other-blob-0123456789abcdef-000',
      'shop-blob-0123456789abcdef-000; id',
    ])
      expect([other, isPartName('shop', other)]).toEqual([other, false]);
  });
});

describe('cutBlob() and partsFor()', () => {
  it('make immutable ConfigMaps of at most 900 KiB that hold the blob in the order of their names', () => {
    expect(parts.map(({ metadata }) => metadata?.name)).toEqual([
      'shop-blob-0123456789abcdef-000',
      'shop-blob-0123456789abcdef-001',
      'shop-blob-0123456789abcdef-002',
    ]);
    const contents = parts.map(({ binaryData }) => Buffer.from(binaryData?.['blob'] ?? '', 'base64'));
    expect(Math.max(...contents.map(({ length }) => length))).toBe(900 * 1024);
    expect(Buffer.concat(contents).equals(packed)).toBe(true);
    for (const { immutable, metadata } of parts) {
      expect(immutable).toBe(true);
      expect(metadata?.labels).toMatchObject({
        'app.kubernetes.io/instance': 'shop',
        'app.kubernetes.io/managed-by': 'selfsame',
      });
    }
  });
});

describe('partsFor()', () => {
  it('has other names in another edition, and says the SHA-256 of each part', () => {
    const [part] = partsOf(2);
    expect(part?.metadata?.name).toBe('shop-blob-0123456789abcdef-2-000');
    const said = JSON.parse(part?.metadata?.annotations?.['selfsame.dev/blob'] ?? '') as { parts: string[] };
    const hashed = parts.map(({ binaryData }) =>
      createHash('sha256')
        .update(Buffer.from(binaryData?.['blob'] ?? '', 'base64'))
        .digest('hex'),
    );
    expect(said).toEqual({ digest, sizeBytes: 5_000_000, parts: hashed, edition: 2 });
    expect(stored([...parts, ...partsOf(2)])).toMatchObject([
      { edition: 0, isComplete: true },
      { edition: 2, isComplete: true },
    ]);
  });
});

describe('storedBlobs()', () => {
  it('reads what an earlier selfsame has stored in Secrets, which say how many they are', () => {
    const text = JSON.stringify({ digest, sizeBytes: 5_000_000, parts: 2 });
    const names = ['shop-blob-0123456789abcdef-000', 'shop-blob-0123456789abcdef-001'];
    const secrets = names.map((name) => ({ name, annotations: { 'selfsame.dev/blob': text } }));
    expect(storedBlobs('shop', 'Secret', secrets)).toMatchObject([
      { kind: 'Secret', digest, edition: 0, isComplete: true, parts: names },
    ]);
  });

  it('reads from metadata alone which blob there is, and what it makes', () => {
    const [blob, ...others] = stored();
    expect(others).toEqual([]);
    expect(blob).toMatchObject({ digest, sizeBytes: 5_000_000, isComplete: true, artifacts: [artifact] });
    expect(blob?.parts).toEqual(parts.map(({ metadata }) => metadata?.name));
  });

  it('tells a blob of which a part is missing, the first or another', () => {
    expect(stored(parts.slice(0, 2))).toMatchObject([{ isComplete: false, artifacts: [artifact] }]);
    expect(stored(parts.slice(1))).toMatchObject([{ isComplete: false, artifacts: [] }]);
  });

  it('does not count what says nothing of a blob, or something else', () => {
    const said = (blob: string, name = 'shop-blob-0123456789abcdef-000') => ({
      name,
      annotations: { 'selfsame.dev/blob': blob },
    });
    const junk = [{}, { name: 'shop' }, said('not JSON'), said('null'), said('{"digest":"abc"}')];
    const none = { digest, sizeBytes: 1, parts: 0 };
    const odd = { ...none, parts: 1, edition: -1 };
    const all = [...junk, said(JSON.stringify(none)), said(JSON.stringify(odd))];
    expect(storedBlobs('shop', 'ConfigMap', all)).toEqual([]);
    const misnamed = said(JSON.stringify({ digest, sizeBytes: 1, parts: 1 }), 'another');
    expect(storedBlobs('shop', 'ConfigMap', [misnamed])).toMatchObject([{ isComplete: false, artifacts: [] }]);
  });
});
