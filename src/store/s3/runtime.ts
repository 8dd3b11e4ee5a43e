import type { Artifact, ArtifactPrefix } from '../../executable/format/artifact.ts';
import { DeployError } from '../../shared/errors.ts';
import type { CopyRefusal } from '../copy-refusal.ts';
import { objectName, runtimeName } from '../object-name.ts';
import type { S3Assembly } from './assembly.ts';
import { beginUpload, copyPart, type CopySource, dropUpload, joinParts, leastPartBytes } from './multipart.ts';
import { headOf, replacer } from './objects.ts';

/** A runtime in the bucket, as the first part of an artifact. */
export interface StoredRuntime extends CopySource {
  readonly prefix: ArtifactPrefix;
}

/** The runtime that an artifact can be copied from, or why there is none. */
export async function runtimeFor(
  { prefix, sizeBytes }: Artifact,
  { place, call, copies, signal }: Pick<S3Assembly, 'place' | 'call' | 'copies' | 'signal'>,
): Promise<StoredRuntime | CopyRefusal> {
  // A part of less cannot be joined.
  if (!copies || prefix === undefined || prefix.sizeBytes < leastPartBytes || prefix.sizeBytes >= sizeBytes) {
    return { kind: 'not wanted', text: '' };
  }
  const key = runtimeName(prefix.digest);
  const found = await headOf(call, key, signal);
  if (found === undefined) return { kind: 'gone', text: '404' };
  if (found.sizeBytes !== prefix.sizeBytes) return { kind: 'damaged', text: `${found.sizeBytes} bytes` };
  if (found.metadata.sha256 !== prefix.digest) return { kind: 'damaged', text: 'not stored by us' };
  return { bucket: place.bucket, key, etag: found.etag, sizeBytes: prefix.sizeBytes, prefix };
}

/** Makes `runtimes/<sha256>` of the prefix in an object that is complete. The object stands, whatever comes of this. */
export async function keepRuntime(
  artifact: Artifact,
  prefix: ArtifactPrefix,
  { place, call, create, signal, onNotice, replaces }: S3Assembly & { replaces: boolean },
): Promise<void> {
  const key = runtimeName(prefix.digest);
  const from = objectName(artifact);
  try {
    const whole = await headOf(call, from, signal);
    if (whole === undefined || whole.metadata.sha256 !== artifact.version) return;
    const metadata = { target: artifact.target, sha256: prefix.digest };
    const upload = await beginUpload(call, { key, metadata }, signal);
    const source = { bucket: place.bucket, key: from, etag: whole.etag, sizeBytes: prefix.sizeBytes };
    const copy = await copyPart(call, upload, { source, signal });
    if ('kind' in copy) {
      await dropUpload(call, upload, signal);
      onNotice?.(`${place.address} does not copy inside itself (${copy.text}): it keeps no runtime`);
      return;
    }
    const outcome = await joinParts(replaces ? replacer(call) : create, upload, { etags: [copy.etag], signal });
    if (outcome !== 'made') await dropUpload(call, upload, signal);
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof DeployError)) throw error;
    onNotice?.(`The runtime was not kept for the next version: ${error.message}`);
  }
}
