// The thread in which postject works: it computes for ten seconds without a pause, takes 1 GB of memory and leaves
// handlers on `process`; all of that ends with the thread.
import { workerData } from 'node:worker_threads';
import { inject } from 'postject';
import { fuse } from '../../executable/format/prefix.ts';

const { file, blob } = workerData as { file: string; blob: Uint8Array };

await inject(file, 'NODE_SEA_BLOB', Buffer.from(blob), {
  sentinelFuse: fuse.toString().replace(/:$/, ''),
  machoSegmentName: 'NODE_SEA',
});
