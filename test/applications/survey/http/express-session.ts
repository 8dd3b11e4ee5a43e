// express-session@1.19.0 express@5.3.0 connect-redis@10.0.0 redis@6.3.1
import { RedisStore } from 'connect-redis';
import express from 'express';
import session from 'express-session';
import { createClient } from 'redis';
import { ask } from './ask.ts';

const client = createClient({ url: 'redis://127.0.0.1:1', socket: { reconnectStrategy: false } });
client.on('error', (error) => console.log(error.code));
await client.connect().catch((error) => console.log('refused', error.code));
console.log(new RedisStore({ client, prefix: 'x:' }).prefix);
const app = express().use(session({ secret: 's', resave: false, saveUninitialized: false }));
console.log(await ask(app.get('/', (request, response) => void response.json(request.session.cookie.path))));
