// upload.ts FILE: hashes a file and sends the whole of it to the store, as kargo would; prints its SHA-256. A process
// of its own, so that its memory can be measured.
import { ContainerClient } from '@azure/storage-blob';
import { digestOfFile } from '../../src/shared/digest.ts';

const [file = ''] = process.argv.slice(2);
const container = new ContainerClient(process.env['AZURE_STORAGE_CONNECTION_STRING'] ?? '', 'whole');
const digest = await digestOfFile(file);
// So that one dropped connection costs a block, not all.
await container.getBlockBlobClient(`${digest}/hello-world`).uploadFile(file, {
  blockSize: 8 * 2 ** 20,
  maxSingleShotSize: 8 * 2 ** 20,
  concurrency: 4,
});
process.stdout.write(digest);
