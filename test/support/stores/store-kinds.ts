import { expect } from '@jest/globals';
import type { Artifact } from '../../../src/executable/format/artifact.ts';
import { packBlob } from '../../../src/executable/format/packed-blob.ts';
import type { Source } from '../../../src/store/store.ts';
import { artifactOf, generatedArtifact, noise } from '../programs/artifact.ts';

/** What a store takes, and what it does with it: `storeContract` asks for no more than that. */
export interface TestedStore {
  /** True if it holds whole executables, of which it can copy prefix and parts. */
  readonly isOfExecutables: boolean;
  /** What such a store does not have sent again: the prefix that versions share, and of the tail what stands in the version like it. */
  readonly reuses: 'prefix and tail' | 'prefix' | 'nothing';
  /** False: it tells only of executables what they are for. */
  readonly keepsTarget: boolean;
  small(text: string, name?: string): Promise<Artifact>;
  /** One that takes more than two steps to send. */
  large(mebibytes: number, seed: string): Promise<Artifact>;
  /** What crosses the wire of an artifact that the store knows nothing of. */
  sentBytes(artifact: Artifact): Promise<number>;
  /** Expects a source to be that of an artifact. */
  expectSource(source: Source, artifact: Artifact): void;
}

/** Stores that pods read by a URL. */
export const ofExecutables: TestedStore = {
  isOfExecutables: true,
  reuses: 'prefix and tail',
  keepsTarget: true,
  small: artifactOf,
  large: generatedArtifact,
  sentBytes: async ({ sizeBytes }) => sizeBytes,
  expectSource(source, { version, name }) {
    expect(source).toMatchObject({ kind: 'url', url: expect.stringMatching(new RegExp(`/${version}/${name}$`)) });
  },
};

/** The cluster as a store: it takes the blob alone, compressed, and sends it as base64. */
export const ofBlobs: TestedStore = {
  isOfExecutables: false,
  reuses: 'nothing',
  keepsTarget: true,
  small: async (text, name) => withBlob(await artifactOf(text, name)),
  // A tenth: noise does not become smaller.
  large: async (mebibytes, seed) => withBlob(await artifactOf(noise(seed, Math.ceil(mebibytes * 2 ** 20 * 0.1)))),
  async sentBytes({ blob }) {
    const packed = blob && (await packBlob(blob, { limitBytes: Infinity }));
    return (packed?.toString('base64') ?? '').length;
  },
  expectSource(source, { blob }) {
    const start = blob?.digest.slice(0, 16);
    const configMaps = [expect.stringMatching(new RegExp(`-blob-${start}-000$`))];
    expect(source).toMatchObject({
      kind: 'mounted',
      configMaps,
      blob: { digest: blob?.digest, sizeBytes: blob?.sizeBytes },
    });
  },
};

/** The artifact as one that is all blob. */
export function withBlob(artifact: Artifact): Artifact {
  return {
    ...artifact,
    blob: { digest: artifact.version, sizeBytes: artifact.sizeBytes, open: () => artifact.open() },
  };
}
