import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Artifact, Hashing } from '../../executable/format/artifact.ts';
import { assertDigest } from '../../executable/format/assert-digest.ts';
import type { ProgressMeter } from '../progress-meter.ts';
import type { S3Call } from './call.ts';
import { LostUpload, md5Of, type StoredPart, type Upload } from './multipart.ts';
import { boundedSend } from '../bounded-send.ts';

/** A dropped connection costs one of these. Larger ones cost more memory, smaller ones more requests. */
export const partBytes = 8 * 1024 * 1024;
const partsAtOnce = 4;

/** Where a part stands in the object. */
export interface UploadPart {
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

/** Cuts bytes into parts of one size, but for the last: some providers join no others. */
export function partsFrom(start: number, end: number, firstNumber = 1): UploadPart[] {
  const parts: UploadPart[] = [];
  for (let at = start; at < end; at += partBytes) {
    parts.push({ number: firstNumber + parts.length, start: at, end: Math.min(at + partBytes, end) });
  }
  return parts;
}

export interface PartSending {
  readonly call: S3Call;
  readonly upload: Upload;
  /** Those that stand one after the other up to the artifact's end. */
  readonly parts: readonly UploadPart[];
  /** What the bucket has already, by number. */
  readonly stored: ReadonlyMap<number, StoredPart>;
  /** Takes in what is read, and has to make the version then. */
  readonly hash: Hashing;
  readonly counted: ProgressMeter;
  readonly signal: AbortSignal | undefined;
}

/** A part that is in the bucket. */
export interface SentPart {
  readonly etag: string;
  /** Of what was read here. */
  readonly md5: string;
}

/**
 * Reads the rest of an artifact once, in order, for the hash and for at most four requests at a time. A part that the bucket
 * has is not sent again if its size is right and its ETag is the MD5 of what was read.
 *
 * @returns what is in the bucket, in order.
 * @throws {DeployError} `executable-damaged` if the bytes are not the version's.
 */
export async function sendParts(artifact: Artifact, sending: PartSending): Promise<SentPart[]> {
  const { parts, stored, hash, counted, signal } = sending;
  const free: Buffer[] = [];
  const sent: SentPart[] = [];
  const indexOf = ({ number }: UploadPart): number => number - (parts[0]?.number ?? 1);
  const range = { start: parts[0]?.start ?? 0, end: artifact.sizeBytes };
  await boundedSend({ atOnce: partsAtOnce, signal }, async (stop, begin) => {
    const chunks = Readable.from(artifact.open(range), { signal: stop });
    for await (const { part, bytes } of filled(chunks, parts, { hash, free })) {
      const md5 = createHash('md5').update(bytes).digest();
      const digits = md5.toString('hex');
      const there = stored.get(part.number);
      if (there?.sizeBytes === bytes.length && md5Of(there.etag) === digits) {
        counted.reused(bytes.length);
        sent[indexOf(part)] = { etag: there.etag, md5: digits };
        free.push(bytes);
        continue;
      }
      await begin(async () => {
        const etag = await sendPart({ ...sending, signal: stop }, { part, bytes, md5 });
        sent[indexOf(part)] = { etag, md5: digits };
        free.push(bytes);
      });
    }
  });
  assertDigest(artifact, hash);
  return sent;
}

async function sendPart(
  { call, upload: { key, id }, counted, signal }: PartSending,
  { part, bytes, md5 }: { part: UploadPart; bytes: Buffer; md5: Buffer },
): Promise<string> {
  const progress = counted.block();
  const answer = await call(
    {
      method: 'PUT',
      key,
      query: { partNumber: String(part.number), uploadId: id },
      headers: { 'content-md5': md5.toString('base64') },
      body: bytes,
      onBegin: () => progress.begin(),
      onSent: (sentBytes) => progress.at(sentBytes),
    },
    { signal, tries: 5, stallMs: 30_000, allows: ({ code }) => code === 'NoSuchUpload' },
  );
  if (answer.code !== '') throw new LostUpload();
  return answer.header('etag');
}

/**
 * Fills buffers with the parts of a stream, and shows all of it to a hash: also what comes after the last part, or is
 * missing of it, and is found out by that. The memory of parts is used again, since the collector frees it too late.
 */
async function* filled(
  chunks: AsyncIterable<Uint8Array>,
  parts: readonly UploadPart[],
  { hash, free }: { hash: Hashing; free: Buffer[] },
): AsyncGenerator<{ part: UploadPart; bytes: Buffer }> {
  let index = 0;
  let at = 0;
  let bytes: Buffer | undefined;
  for await (const chunk of chunks) {
    hash.update(chunk);
    for (let taken = 0; taken < chunk.length;) {
      const part = parts[index];
      if (part === undefined) break;
      const sizeBytes = part.end - part.start;
      bytes ??= takeFrom(free, sizeBytes) ?? Buffer.allocUnsafeSlow(sizeBytes);
      const piece = chunk.subarray(taken, taken + sizeBytes - at);
      bytes.set(piece, at);
      taken += piece.length;
      at += piece.length;
      if (at < sizeBytes) continue;
      yield { part, bytes };
      [index, at, bytes] = [index + 1, 0, undefined];
    }
  }
}

function takeFrom(free: Buffer[], sizeBytes: number): Buffer | undefined {
  const index = free.findIndex((buffer) => buffer.length === sizeBytes);
  return index < 0 ? undefined : free.splice(index, 1)[0];
}
