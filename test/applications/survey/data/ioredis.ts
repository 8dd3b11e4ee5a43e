// ioredis@6.0.0
import { Redis } from 'ioredis';

const redis = new Redis(1, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null });
redis.on('error', () => undefined);
await redis.connect().catch((error) => console.log(error.message));
