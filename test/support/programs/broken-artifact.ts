import type { Artifact } from '../../../src/executable/format/artifact.ts';

/** The artifact with one bit wrong. */
export function flipped(artifact: Artifact, at = 1): Artifact {
  return {
    ...artifact,
    async *open({ start = 0, end = artifact.sizeBytes } = {}) {
      let from = start;
      for await (const chunk of artifact.open({ start, end })) {
        const copy = Buffer.from(chunk);
        if (at >= from && at < from + copy.length) copy[at - from] = (copy[at - from] ?? 0) ^ 1;
        from += copy.length;
        yield copy;
      }
    },
  };
}

export function cutAfter(artifact: Artifact, bytes: number): Artifact {
  return {
    ...artifact,
    async *open() {
      yield* endedAfter(artifact, bytes).open();
      throw new Error('cut');
    },
  };
}

export function endedAfter(artifact: Artifact, bytes: number): Artifact {
  return {
    ...artifact,
    async *open() {
      let left = bytes;
      for await (const chunk of artifact.open()) {
        if (left <= 0) return;
        yield chunk;
        left -= chunk.length;
      }
    },
  };
}

export function notToBeRead(): AsyncIterable<Uint8Array> {
  throw new Error('read, though it was there');
}
