import type { V1ConfigMap } from '@kubernetes/client-node';
import { DeployError } from '../../../shared/errors.ts';
import type { Cluster } from '../api/client.ts';
import type { StoredBlob } from './blob-parts.ts';
import { notePart, writePart } from './write-part.ts';

interface Writing {
  /** The newest keeping of the blob, as it was listed; absent: there is none. */
  readonly before: StoredBlob | undefined;
  readonly partsOf: (edition: number) => readonly V1ConfigMap[];
  /** The names of parts of which it is known that they hold the right bytes. Those that are written, or read, come to it. */
  readonly sound: Set<string>;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((doneBytes: number, totalBytes: number) => void) | undefined;
}

/** A blob of which every part is written, in bytes that cross the wire. */
interface WrittenBlob {
  readonly edition: number;
  readonly sentBytes: number;
  readonly reusedBytes: number;
}

/** Whoever damages what is written as often as this does it on purpose. */
const editionsAtMost = 5;

/**
 * Writes the parts of a blob that are missing. If one of them holds something else, all are written as another edition.
 *
 * @throws {DeployError} `store-damaged` if that is damaged as well, again and again; else as `writePart`.
 */
export async function writeParts(cluster: Cluster, { before, ...writing }: Writing): Promise<WrittenBlob> {
  const first = before?.edition ?? 0;
  let sentBytes = 0;
  for (let edition = first; edition < first + editionsAtMost; edition += 1) {
    const isThere = (part: string): boolean => edition === first && before?.present.has(part) === true;
    const written = await writeEdition(cluster, { ...writing, edition, isThere, sentBytes });
    ({ sentBytes } = written);
    if (!written.isDamaged) return { edition, sentBytes, reusedBytes: written.reusedBytes };
  }
  const place = `namespace ${cluster.namespace}`;
  throw new DeployError('store-damaged', `ConfigMaps that are stored in ${place} are replaced with others at once`, {
    hint: 'Find out who creates ConfigMaps there (kubectl get configmaps --show-managed-fields -o yaml), and deploy again.',
  });
}

type EditionWriting = Omit<Writing, 'before'> & {
  readonly edition: number;
  readonly isThere: (part: string) => boolean;
  readonly sentBytes: number;
};

async function writeEdition(
  cluster: Cluster,
  { edition, partsOf, isThere, sound, sentBytes: sentBefore, signal, onProgress }: EditionWriting,
): Promise<{ isDamaged: boolean; sentBytes: number; reusedBytes: number }> {
  const parts = partsOf(edition);
  const totalBytes = sentBefore + bytesIn(parts.filter((part) => !isThere(nameOf(part))));
  let [sentBytes, reusedBytes] = [sentBefore, 0];
  for (const [at, part] of parts.entries()) {
    signal?.throwIfAborted();
    const name = nameOf(part);
    const became = sound.has(name) ? 'there' : await writePart(cluster, part, { isThere: isThere(name), signal });
    if (became === 'damaged') return { isDamaged: true, sentBytes, reusedBytes: 0 };
    sound.add(name);
    if (became === 'there') {
      reusedBytes += bytesIn([part]);
      // It says which versions there are.
      if (at === 0) await notePart(cluster, part, { signal });
      continue;
    }
    sentBytes += bytesIn([part]);
    onProgress?.(sentBytes, totalBytes);
  }
  return { isDamaged: false, sentBytes, reusedBytes };
}

function nameOf({ metadata }: V1ConfigMap): string {
  return metadata?.name ?? '';
}

/** As they cross the wire, in base64. */
function bytesIn(parts: readonly V1ConfigMap[]): number {
  return parts.flatMap(({ binaryData = {} }) => Object.values(binaryData)).reduce((sum, { length }) => sum + length, 0);
}
