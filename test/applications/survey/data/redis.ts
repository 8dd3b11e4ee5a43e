// redis@6.3.1
import { createClient } from 'redis';

const client = createClient({ url: 'redis://127.0.0.1:1', socket: { reconnectStrategy: false } });
client.on('error', () => undefined);
await client.connect().catch((error) => console.log(error.code));
