import { createHash } from 'node:crypto';
import type { Artifact } from '../../../src/executable/format/artifact.ts';
import type { Digest } from '../../../src/shared/digest.ts';
import { DeployError } from '../../../src/shared/errors.ts';
import type { Store, StoredArtifact, UrlPlace } from '../../../src/store/store.ts';

/** A store for tests of other rooms. It passes `storeContract`, and that is why they can trust it. */
export function memoryStore(): Store<UrlPlace> {
  const objects = new Map<string, StoredArtifact>();
  /** Digests of the parts of each object, and of the prefixes. */
  const parts = new Map<string, Set<string>>();
  const shared = new Set<string>();
  const nameOf = ({ version, name }: Pick<Artifact, 'version' | 'name'>) => `${version}/${name}`;
  const access = 'read-only link to memory';
  const placeOf = async (artifact: Pick<Artifact, 'version' | 'name'>): Promise<UrlPlace> => ({
    kind: 'url',
    url: `http://memory.invalid/${nameOf(artifact)}`,
  });

  return {
    address: 'memory',
    access,
    secretOpens: 'all',
    placeOf,
    async check({ signal } = {}) {
      signal?.throwIfAborted();
    },
    async has(artifact) {
      return objects.has(nameOf(artifact));
    },
    async put(artifact, { signal, onProgress, basedOn } = {}) {
      signal?.throwIfAborted();
      if (objects.has(nameOf(artifact))) return { sentBytes: 0, reusedBytes: 0 };
      const { version, name, sizeBytes, target, prefix } = artifact;
      const known = parts.get(nameOf({ version: basedOn ?? version, name })) ?? new Set();
      const isShared = prefix !== undefined && shared.has(prefix.digest);
      const [own, hash] = [new Set<string>(), isShared ? await prefix.hashed() : createHash('sha256')];
      let [sentBytes, reusedBytes] = [0, isShared ? prefix.sizeBytes : 0];
      for (const [start, end] of spansOf(artifact, reusedBytes)) {
        const part = createHash('sha256');
        for await (const chunk of artifact.open({ start, end })) {
          signal?.throwIfAborted();
          hash.update(chunk);
          part.update(chunk);
          sentBytes += chunk.length;
          onProgress?.(sentBytes, sizeBytes - reusedBytes);
          signal?.throwIfAborted();
        }
        const content = part.digest('hex');
        own.add(content);
        if (end - start < 1 << 14 || !known.has(content)) continue;
        sentBytes -= end - start;
        reusedBytes += end - start;
      }
      if (hash.digest('hex') !== version) {
        throw new DeployError('executable-damaged', 'The bytes are not the version', { hint: 'Build it again.' });
      }
      if (prefix !== undefined) shared.add(prefix.digest);
      parts.set(nameOf(artifact), own);
      objects.set(nameOf(artifact), { version, name, sizeBytes, target, storedAt: new Date() });
      return { sentBytes, reusedBytes };
    },
    async source(artifact) {
      return { ...(await placeOf(artifact)), secret: 'sig=memory', access };
    },
    async accessOf() {
      return { access };
    },
    async list() {
      return [...objects.values()];
    },
    async remove(version: Digest) {
      for (const [name, stored] of objects) if (stored.version === version) objects.delete(name);
    },
  };
}

/** From cut to cut, what precedes `from` left out. */
function spansOf({ prefix, cuts = [], sizeBytes }: Artifact, from: number): (readonly [number, number])[] {
  const bounds = [0, prefix?.sizeBytes ?? 0, ...cuts, sizeBytes].filter((bound) => bound >= from);
  return bounds.slice(1).flatMap((end, index) => {
    const start = bounds[index] ?? 0;
    return end > start ? [[start, end] as const] : [];
  });
}
