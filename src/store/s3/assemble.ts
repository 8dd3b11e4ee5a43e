import { createHash } from 'node:crypto';
import { assertDigest } from '../../executable/format/assert-digest.ts';
import type { Artifact } from '../../executable/format/artifact.ts';
import { DeployError } from '../../shared/errors.ts';
import { eitherSignal } from '../../shared/signal.ts';
import { type CopyRefusal, tellRefusal } from '../copy-refusal.ts';
import { objectName } from '../object-name.ts';
import {
  beginUpload,
  copyPart,
  dropUpload,
  joinParts,
  LostUpload,
  md5Of,
  type StoredPart,
  unfinishedUploads,
  type Upload,
} from './multipart.ts';
import { metadataHeaders, type CreateOutcome } from './objects.ts';
import { type UploadPart, partBytes, partsFrom, sendParts } from './parts.ts';
import { keepRuntime, runtimeFor, type StoredRuntime } from './runtime.ts';
import type { S3Assembly } from './assembly.ts';

/**
 * Puts an artifact together in the bucket and makes it an object at the end, if nobody else did meanwhile. Its prefix comes
 * out of `runtimes/<sha256>`; its tail is sent whole, also what an earlier version has of it: S3 joins no parts of less than
 * 5 MiB but the last, and a tail is smaller than that.
 *
 * What the bucket copies does not pass through here. That the object is the version all the same rests on this:
 * - The tail is read here whole, and the SHA-256 of the true prefix (from our own table), carried on over it, must become
 *   the version. Each part goes with its MD5, and the bucket refuses other bytes.
 * - `runtimes/<sha256>` is only ever made by the bucket itself, of the first bytes of an object whose every byte was hashed
 *   here on its way, and only then gets the metadata that says so. What was put there otherwise has not that metadata, or
 *   not that size, and is not taken. The copy is bound to the very object that was looked at (its ETag).
 * - Where ETags of parts are MD5s, as on most providers, that of the copied part must be the MD5 of our table.
 * So what could still be wrong is what somebody with the right to write made wrong on purpose, who could as well write the
 * object itself: whoever runs it hashes the whole.
 *
 * @throws {DeployError} `executable-damaged` if the bytes are not the version's; nothing is made then.
 */
export async function assembleInBucket(artifact: Artifact, assembly: S3Assembly): Promise<CreateOutcome> {
  if (artifact.sizeBytes <= partBytes) return putWhole(artifact, assembly);
  try {
    return await putJoined(artifact, assembly);
  } catch (error) {
    if (error instanceof LostUpload) return 'lost';
    throw error;
  }
}

async function putJoined(artifact: Artifact, assembly: S3Assembly): Promise<CreateOutcome> {
  const { call, create, signal, onNotice, place } = assembly;
  const left = await unfinishedUploads(call, objectName(artifact), signal);
  const runtime = await runtimeFor(artifact, assembly);
  let refusal = 'kind' in runtime ? runtime : undefined;
  let made: AssembledUpload | undefined;
  if (!('kind' in runtime)) {
    const tried = await putCopying(artifact, { ...assembly, left, source: runtime });
    if ('kind' in tried) refusal = tried;
    else made = tried;
  }
  if (refusal !== undefined) tellRefusal(refusal, { address: place.address, onNotice });
  made ??= await putParts(artifact, { ...assembly, left });
  const outcome = await joinParts(create, made.upload, { etags: made.etags, signal });
  // What others have left, or are at: they find the object, and are done too.
  const over = left.filter(({ upload }) => outcome === 'made' && upload.id !== made.upload.id);
  if (outcome !== 'made') await dropUpload(call, made.upload, signal);
  await Promise.all(over.map(async ({ upload }) => dropUpload(call, upload, signal)));
  if (outcome === 'made' && artifact.prefix && (refusal?.kind === 'gone' || refusal?.kind === 'damaged')) {
    await keepRuntime(artifact, artifact.prefix, { ...assembly, replaces: refusal.kind === 'damaged' });
  }
  return outcome;
}

interface AssembledUpload {
  readonly upload: Upload;
  readonly etags: readonly string[];
}

type UnfinishedUploads = Awaited<ReturnType<typeof unfinishedUploads>>;

/** One request. Nothing is sent before all was hashed. */
async function putWhole(artifact: Artifact, { create, counted, signal }: S3Assembly): Promise<CreateOutcome> {
  const hash = createHash('sha256');
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of artifact.open()) {
    signal?.throwIfAborted();
    hash.update(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes <= artifact.sizeBytes) chunks.push(Uint8Array.from(chunk));
  }
  assertDigest(artifact, hash);
  const body = Buffer.concat(chunks);
  const progress = counted.block();
  const headers = {
    ...metadataHeaders(metadataOf(artifact)),
    'content-type': 'application/octet-stream',
    'content-md5': createHash('md5').update(body).digest('base64'),
  };
  const [onBegin, onSent] = [() => progress.begin(), (sentBytes: number) => progress.at(sentBytes)];
  return create({ method: 'PUT', key: objectName(artifact), headers, body, onBegin, onSent }, signal);
}

/** All parts from here, of one size but for the last. */
async function putParts(
  artifact: Artifact,
  assembly: S3Assembly & { left: UnfinishedUploads },
): Promise<AssembledUpload> {
  const { call, signal, left } = assembly;
  const parts = partsFrom(0, artifact.sizeBytes);
  const { upload, stored } = await begun(artifact, { ...assembly, layout: parts, left });
  const hash = createHash('sha256');
  const sent = await droppingDamaged(upload, { call, signal }, async () =>
    sendParts(artifact, { ...assembly, upload, parts, stored, hash }),
  );
  return { upload, etags: sent.map(({ etag }) => etag) };
}

/** The first part from `runtimes/`, the others from here. */
async function putCopying(
  artifact: Artifact,
  assembly: S3Assembly & { left: UnfinishedUploads; source: StoredRuntime },
): Promise<AssembledUpload | CopyRefusal> {
  const { call, counted, source } = assembly;
  const parts = partsFrom(source.sizeBytes, artifact.sizeBytes, 2);
  const layout = [{ number: 1, start: 0, end: source.sizeBytes }, ...parts];
  const { upload, stored } = await begun(artifact, { ...assembly, layout });
  const refused = new AbortController();
  const signal = eitherSignal(refused.signal, assembly.signal);
  counted.reused(source.sizeBytes);
  const hash = await source.prefix.hashed();
  const [copied, sent] = await Promise.allSettled([
    copyPart(call, upload, { source, signal }).then((copy) => {
      if ('kind' in copy) refused.abort(copy);
      return copy;
    }),
    droppingDamaged(upload, assembly, async () =>
      sendParts(artifact, { ...assembly, upload, parts, stored, hash, signal }),
    ).catch((error: unknown) => {
      if (error !== refused.signal.reason) refused.abort(error);
      throw error;
    }),
  ]);
  assembly.signal?.throwIfAborted();
  const refusal = copied.status === 'fulfilled' && 'kind' in copied.value ? copied.value : undefined;
  if (refusal === undefined && sent.status === 'rejected') throw sent.reason;
  if (copied.status === 'rejected') throw copied.reason;
  const tail = sent.status === 'fulfilled' ? sent.value : [];
  const wrong =
    refusal ?? (isOther(copied.value, source.prefix.md5, tail) ? { kind: 'damaged' as const, text: 'MD5' } : undefined);
  if (wrong === undefined && 'etag' in copied.value) {
    return { upload, etags: [copied.value.etag, ...tail.map(({ etag }) => etag)] };
  }
  counted.reused(-source.sizeBytes);
  await dropUpload(call, upload, assembly.signal);
  return wrong ?? { kind: 'refused', text: 'no ETag' };
}

/** True if ETags are MD5s here, as those of the parts sent show, and the copied part has another one. */
function isOther(
  copied: { etag: string } | CopyRefusal,
  md5: string,
  sent: readonly { etag: string; md5: string }[],
): boolean {
  const found = 'etag' in copied ? md5Of(copied.etag) : undefined;
  return found !== undefined && found !== md5 && sent.every((part) => md5Of(part.etag) === part.md5);
}

/** Goes on with what was left unfinished of the same parts, the one with the most, or begins anew. */
async function begun(
  artifact: Artifact,
  { call, signal, left, layout }: S3Assembly & { left: UnfinishedUploads; layout: readonly UploadPart[] },
): Promise<{ upload: Upload; stored: ReadonlyMap<number, StoredPart> }> {
  const sizes = new Map(layout.map(({ number, start, end }) => [number, end - start]));
  const [best] = left
    .filter(
      ({ parts }) => parts.size > 0 && [...parts].every(([number, { sizeBytes }]) => sizes.get(number) === sizeBytes),
    )
    .toSorted((one, other) => other.parts.size - one.parts.size);
  if (best !== undefined) return { upload: best.upload, stored: best.parts };
  const upload = await beginUpload(call, { key: objectName(artifact), metadata: metadataOf(artifact) }, signal);
  return { upload, stored: new Map() };
}

/** What was cut off stays, for the next attempt to go on with; parts of damaged bytes do not. */
async function droppingDamaged<T>(
  upload: Upload,
  { call, signal }: Pick<S3Assembly, 'call' | 'signal'>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DeployError && error.code === 'executable-damaged') await dropUpload(call, upload, signal);
    throw error;
  }
}

function metadataOf({ target, version, prefix }: Artifact): Record<string, string> {
  return { target, sha256: version, ...(prefix && { prefix: prefix.digest }) };
}
