// thread-stream@4.2.1 pino@10.4.0
import pino from 'pino';

const stream = pino.transport({ target: 'pino/file', options: { destination: 1 } });
pino({ base: null, timestamp: false }, stream).info('from a thread');
await new Promise((resolve) => setTimeout(resolve, 700));
