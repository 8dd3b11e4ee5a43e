// nats@2.29.3
import { connect, JSONCodec } from 'nats';

console.log(JSONCodec().encode({ a: 1 }).length);
await connect({ servers: '127.0.0.1:1', reconnect: false }).catch((error) => console.log(error.code));
