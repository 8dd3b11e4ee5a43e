import { encodedKey, passes, type S3Call } from './call.ts';
import type { S3Answer } from './answer.ts';
import { metadataHeaders, type Create, type CreateOutcome } from './objects.ts';
import { mostPages } from '../errors.ts';
import type { CopyRefusal } from '../copy-refusal.ts';
import { elements, xmlText } from './xml.ts';

/** An object in the making: parts that become it once they are joined. */
export interface Upload {
  readonly key: string;
  readonly id: string;
}

/** A part that the bucket has, as it says. */
export interface StoredPart {
  readonly sizeBytes: number;
  readonly etag: string;
}

/** Another has joined or dropped the parts of an upload while it went on: it has to begin anew, if it has to. */
export class LostUpload extends Error {
  override readonly name = 'LostUpload';
}

/** Smaller parts are refused when they are joined, but for the last. */
export const leastPartBytes = 5 * 1024 * 1024;

export async function beginUpload(
  call: S3Call,
  { key, metadata }: { key: string; metadata: Readonly<Record<string, string>> },
  signal?: AbortSignal,
): Promise<Upload> {
  const headers = { ...metadataHeaders(metadata), 'content-type': 'application/octet-stream' };
  const { body } = await call({ method: 'POST', key, query: { uploads: '' }, headers }, { signal });
  return { key, id: xmlText(body?.node, 'UploadId') };
}

/**
 * What uploads of an object were left unfinished, with their parts by number. Empty where we may not look, or the provider
 * does not tell: then all is sent.
 */
export async function unfinishedUploads(
  call: S3Call,
  key: string,
  signal?: AbortSignal,
): Promise<{ upload: Upload; parts: ReadonlyMap<number, StoredPart> }[]> {
  const query = { uploads: '', prefix: key };
  const { body } = await call({ method: 'GET', query }, { signal, allows: isNotTold });
  const uploads = elements(body?.node, 'Upload')
    .filter((entry) => xmlText(entry, 'Key') === key)
    .map((entry): Upload => ({ key, id: xmlText(entry, 'UploadId') }));
  // More than a few are the leavings of many failures, and of those one will do.
  const latest = uploads.slice(-mostUploads);
  return Promise.all(latest.map(async (upload) => ({ upload, parts: await partsOf(call, upload, signal) })));
}

const mostUploads = 5;

async function partsOf(call: S3Call, { key, id }: Upload, signal?: AbortSignal): Promise<Map<number, StoredPart>> {
  const parts = new Map<number, StoredPart>();
  for (let [marker, pages] = ['', 1]; ; pages += 1) {
    const query = { uploadId: id, ...(marker !== '' && { 'part-number-marker': marker }) };
    // Meanwhile another may have ended it.
    const { body } = await call({ method: 'GET', key, query }, { signal, allows: isNotTold });
    for (const entry of elements(body?.node, 'Part')) {
      const [number, sizeBytes] = [xmlText(entry, 'PartNumber'), Number(xmlText(entry, 'Size'))];
      parts.set(Number(number), { sizeBytes, etag: xmlText(entry, 'ETag') });
    }
    marker = xmlText(body?.node, 'NextPartNumberMarker');
    if (xmlText(body?.node, 'IsTruncated') !== 'true' || marker === '' || pages > mostPages) return parts;
  }
}

function isNotTold({ status }: S3Answer): boolean {
  return [400, 403, 404, 405, 501].includes(status);
}

/** A range at the start of another object, which has to be as it was when it was looked at. */
export interface CopySource {
  readonly bucket: string;
  readonly key: string;
  readonly etag: string;
  readonly sizeBytes: number;
}

/** Has the bucket make a part of the first bytes of another object. No byte of it passes through here. */
export async function copyPart(
  call: S3Call,
  { key, id }: Upload,
  { source, signal }: { source: CopySource; signal?: AbortSignal | undefined },
): Promise<{ etag: string } | CopyRefusal> {
  const answer = await call(
    {
      method: 'PUT',
      key,
      query: { partNumber: '1', uploadId: id },
      headers: {
        'x-amz-copy-source': `/${source.bucket}/${encodedKey(source.key)}`,
        'x-amz-copy-source-if-match': source.etag,
        'x-amz-copy-source-range': `bytes=0-${source.sizeBytes - 1}`,
      },
    },
    // Nothing is heard of a copy until it is done.
    { signal, tries: 3, stallMs: 120_000, allows: isRefusal },
  );
  const { status, code, body } = answer;
  const text = `${status}${code && ` ${code}`}`;
  if (code === 'NoSuchUpload') throw new LostUpload();
  if (code === 'NoSuchKey') return { kind: 'gone', text };
  if (status === 412 || status === 416 || code === 'InvalidRange') return { kind: 'damaged', text };
  // A provider that does not know the header stores an empty part, and is content.
  const etag = body?.root === 'CopyPartResult' ? xmlText(body.node, 'ETag') : '';
  return etag === '' ? { kind: 'refused', text } : { etag };
}

function isRefusal(answer: S3Answer): boolean {
  return answer.status >= 400 && !passes(answer);
}

/** Joins parts, numbered from 1, to an object. */
export async function joinParts(
  create: Create,
  { key, id }: Upload,
  { etags, signal }: { etags: readonly string[]; signal?: AbortSignal | undefined },
): Promise<CreateOutcome> {
  const parts = etags.map((etag, index) => {
    const bare = etag.replaceAll('"', '').replaceAll(/[<>&]/g, '');
    return `<Part><PartNumber>${index + 1}</PartNumber><ETag>"${bare}"</ETag></Part>`;
  });
  const body = Buffer.from(`<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`);
  const headers = { 'content-type': 'application/xml' };
  return create({ method: 'POST', key, query: { uploadId: id }, headers, body }, signal);
}

/** Gives back the room that parts take. What is gone already, or may not be dropped, is no reason to fail. */
export async function dropUpload(call: S3Call, { key, id }: Upload, signal?: AbortSignal): Promise<void> {
  await call({ method: 'DELETE', key, query: { uploadId: id } }, { signal, allows: isNotTold });
}

/** The MD5 that an ETag is, if it looks like one: where parts were joined or encrypted by a key of one's own, it is none. */
export function md5Of(etag: string): string | undefined {
  return /^"?([0-9a-f]{32})"?$/.exec(etag)?.[1];
}
