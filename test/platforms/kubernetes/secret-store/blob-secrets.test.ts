import { describe, expect, it } from '@jest/globals';
import { cutBlob, secretFor, storedBlobs } from '../../../../src/platforms/kubernetes/secret-store/blob-secrets.ts';
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
const whole = cutBlob({ digest, sizeBytes: 5_000_000, open: () => (async function* () {})() }, packed);
const secrets = whole.parts.map((_, at) => secretFor(whole, { name: 'shop', namespace: 'default', at, artifact }));
const metadataOf = (chosen = secrets) => chosen.map(({ metadata }) => (metadata === undefined ? {} : { metadata }));

describe('cutBlob() and secretFor()', () => {
  it('make immutable Secrets of at most 900 KiB that hold the blob in the order of their names', () => {
    expect(secrets.map(({ metadata }) => metadata?.name)).toEqual([
      'shop-blob-0123456789abcdef-000',
      'shop-blob-0123456789abcdef-001',
      'shop-blob-0123456789abcdef-002',
    ]);
    const contents = secrets.map(({ data }) => Buffer.from(data?.['blob'] ?? '', 'base64'));
    expect(Math.max(...contents.map(({ length }) => length))).toBe(900 * 1024);
    expect(Buffer.concat(contents).equals(packed)).toBe(true);
    for (const { immutable, metadata } of secrets) {
      expect(immutable).toBe(true);
      expect(metadata?.labels).toMatchObject({
        'app.kubernetes.io/instance': 'shop',
        'app.kubernetes.io/managed-by': 'selfsame',
      });
    }
  });
});

describe('storedBlobs()', () => {
  it('reads from metadata alone which blob there is, and what it makes', () => {
    const [blob, ...others] = storedBlobs('shop', metadataOf());
    expect(others).toEqual([]);
    expect(blob).toMatchObject({ digest, sizeBytes: 5_000_000, isComplete: true, artifacts: [artifact] });
    expect(blob?.secrets).toEqual(secrets.map(({ metadata }) => metadata?.name));
  });

  it('tells a blob of which a part is missing, the first or another', () => {
    expect(storedBlobs('shop', metadataOf(secrets.slice(0, 2)))).toMatchObject([
      { isComplete: false, artifacts: [artifact] },
    ]);
    expect(storedBlobs('shop', metadataOf(secrets.slice(1)))).toMatchObject([{ isComplete: false, artifacts: [] }]);
  });

  it('does not count what says nothing of a blob, or something else', () => {
    const said = (blob: string, name = 'shop-blob-0123456789abcdef-000') => ({
      metadata: { name, annotations: { 'selfsame.dev/blob': blob } },
    });
    const junk = [{}, { metadata: { name: 'shop' } }, said('not JSON'), said('null'), said('{"digest":"abc"}')];
    expect(storedBlobs('shop', [...junk, said(JSON.stringify({ digest, sizeBytes: 1, parts: 0 }))])).toEqual([]);
    const misnamed = said(JSON.stringify({ digest, sizeBytes: 1, parts: 1 }), 'another');
    expect(storedBlobs('shop', [misnamed])).toMatchObject([{ isComplete: false, artifacts: [] }]);
  });
});
