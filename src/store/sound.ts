import type { Artifact } from '../executable/format/artifact.ts';
import { digestOf } from '../shared/digest.ts';
import type { PutOptions, StoredBytes } from './store.ts';

interface Found {
  readonly sizeBytes: number;
  /** The version that the object says it is; what others put there does not say so. */
  readonly noted?: string | undefined;
  readonly read: () => Promise<StoredBytes | undefined>;
}

/**
 * Looks whether what has an artifact's name is that artifact. What others put there, or over it, is read and hashed; what we have
 * stored says what it is. Who makes that say so, too, gains nothing: whoever runs it hashes the whole.
 *
 * @returns false if it has to be stored anew; `onNotice` is told then.
 */
export async function isSound(
  artifact: Artifact,
  { sizeBytes, noted, read }: Found,
  { address, onNotice, signal }: Pick<PutOptions, 'onNotice' | 'signal'> & { readonly address: string },
): Promise<boolean> {
  const { version, name } = artifact;
  if (sizeBytes === artifact.sizeBytes) {
    if (noted === version) return true;
    const stored = await read();
    if (stored !== undefined && (await digestOf(abortable(stored.open(), signal))) === version) return true;
  }
  onNotice?.(`${address} held something else as ${version.slice(0, 12)}.../${name}: it is stored anew`);
  return false;
}

async function* abortable(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    yield chunk;
  }
}
