import { createHash } from 'node:crypto';
import type { Artifact } from '../../../src/executable/format/artifact.ts';
import type { PutOptions, Store } from '../../../src/store/store.ts';
import { asked } from './bucket.ts';
import type { S3Server } from './seaweed.ts';

export const isCopy = ({ headers }: { headers: object }): boolean => 'x-amz-copy-source' in headers;

export const isJoin = ({ method, url }: { method: string; url: string }): boolean =>
  method === 'POST' && url.includes('uploadId=');

/** How S3 refuses a request. */
export function errorAnswer(status: number, code: string) {
  return {
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>No.</Message></Error>`,
  };
}

/** Puts an artifact, and keeps what the store reports of it. */
export async function putNoting(store: Store, artifact: Artifact, options: PutOptions = {}) {
  const notices: string[] = [];
  const sums = await store.put(artifact, { ...options, onNotice: (text) => notices.push(text) });
  return { ...sums, notices };
}

export function nameOf({ version, name }: Artifact): string {
  return `${version}/${name}`;
}

/** The SHA-256 of an object as the server has it. */
export async function digestIn(server: S3Server, path: string): Promise<string> {
  return createHash('sha256')
    .update(Buffer.from(await (await asked(server, path)).arrayBuffer()))
    .digest('hex');
}
