// bullmq@6.7.0
import { Queue } from 'bullmq';

const connection = { host: '127.0.0.1', port: 1, retryStrategy: () => null, maxRetriesPerRequest: 1 };
const queue = new Queue('jobs', { connection, skipVersionCheck: true });
queue.on('error', () => undefined);
await queue.add('x', {}).catch((error) => console.log(error.message));
await queue.disconnect().catch(() => undefined);
