import { createHash } from 'node:crypto';
import type { Artifact } from '../../../src/executable/format/artifact.ts';
import { digestOf } from '../../../src/shared/digest.ts';

/** An artifact of some bytes, as good as an executable for whoever only carries it. */
export async function artifactOf(text: string | Uint8Array, name = 'hello-world'): Promise<Artifact> {
  const bytes = Buffer.from(text);
  return {
    name,
    target: 'linux-x64',
    version: await digestOf([bytes]),
    sizeBytes: bytes.length,
    async *open({ start = 0, end = bytes.length } = {}) {
      for (let at = start; at < end; at += 1 << 16) yield bytes.subarray(at, Math.min(at + (1 << 16), end));
    },
  };
}

/** Bytes that stand nowhere else. */
export function noise(seed: string, sizeBytes: number): Buffer {
  return createHash('shake256', { outputLength: sizeBytes }).update(seed).digest();
}

/** An artifact of any size that is never whole in memory; no two of its mebibytes are the same. */
export async function generatedArtifact(mebibytes: number, seed = 'seed'): Promise<Artifact> {
  const filling = Buffer.alloc(1 << 20, `${seed} `);
  async function* open() {
    for (let index = 0; index < mebibytes; index += 1) {
      const start = Buffer.from(`${seed} ${index}`);
      yield start;
      yield filling.subarray(start.length);
    }
  }
  return {
    name: 'hello-world',
    target: 'linux-arm64',
    version: await digestOf(open()),
    sizeBytes: mebibytes << 20,
    open,
  };
}

/** An artifact as executables are: a prefix that others share, then parts with a cut between each two. */
export async function partedArtifact(prefix: Artifact, parts: readonly (string | Uint8Array)[]): Promise<Artifact> {
  const tail = parts.map((part) => Buffer.from(part));
  async function* whole() {
    yield* prefix.open();
    yield* tail;
  }
  const prefixBytes = Buffer.concat(await Array.fromAsync(prefix.open()));
  const bytes = Buffer.concat([prefixBytes, ...tail]);
  let end = prefix.sizeBytes;
  const ends = tail.map((part) => (end += part.length));
  return {
    name: 'hello-world',
    target: prefix.target,
    version: await digestOf(whole()),
    sizeBytes: bytes.length,
    prefix: {
      digest: prefix.version,
      md5: createHash('md5').update(prefixBytes).digest('hex'),
      sizeBytes: prefix.sizeBytes,
      hashed: async () => createHash('sha256').update(prefixBytes),
    },
    cuts: ends.slice(0, -1),
    async *open({ start = 0, end: to = bytes.length } = {}) {
      for (let at = start; at < to; at += 1 << 16) yield bytes.subarray(at, Math.min(at + (1 << 16), to));
    },
  };
}
