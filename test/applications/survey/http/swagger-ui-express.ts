// swagger-ui-express@5.0.1 express@5.3.0
import express from 'express';
import ui from 'swagger-ui-express';
import { ask } from './ask.ts';

const app = express().use(
  '/docs',
  ui.serve,
  ui.setup({ openapi: '3.0.0', info: { title: 'x', version: '1' }, paths: {} }),
);
console.log((await ask(app, '/docs/'))[1]?.includes('swagger-ui'), (await ask(app, '/docs/swagger-ui.css'))[1]?.length);
