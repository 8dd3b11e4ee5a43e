// hono@4.13.19
import { Hono } from 'hono';

const app = new Hono().get('/:name', (context) => context.json(context.req.param()));
console.log(await (await app.request('/ada')).text());
