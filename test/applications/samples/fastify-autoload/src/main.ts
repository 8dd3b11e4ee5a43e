import { join } from 'node:path';
import autoload from '@fastify/autoload';
import Fastify from 'fastify';

const app = Fastify();
app.register(autoload, { dir: join(import.meta.dirname, 'plugins'), forceESM: true });
app.register(autoload, { dir: join(import.meta.dirname, 'routes'), forceESM: true });
app.listen({ port: Number(process.env.PORT) });
