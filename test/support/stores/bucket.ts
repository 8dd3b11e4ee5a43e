import { AwsClient } from 'aws4fetch';
import type { S3Server } from './seaweed.ts';

/** Asks the server for what the store itself never does: whole objects, other objects, buckets. */
export async function asked(
  { endpoint, writer }: S3Server,
  path: string,
  init: { method?: string; body?: string | Uint8Array<ArrayBuffer>; headers?: Record<string, string> } = {},
): Promise<Response> {
  const client = new AwsClient({
    accessKeyId: writer['AWS_ACCESS_KEY_ID'] ?? '',
    secretAccessKey: writer['AWS_SECRET_ACCESS_KEY'] ?? '',
    service: 's3',
    region: 'us-east-1',
    retries: 0,
  });
  return client.fetch(`${endpoint}/${path}`, init);
}

/** Makes a bucket. */
export async function makeBucket(server: S3Server, bucket: string): Promise<void> {
  const { status } = await asked(server, bucket, { method: 'PUT' });
  if (status !== 200) throw new Error(`No bucket: ${status}`);
}
