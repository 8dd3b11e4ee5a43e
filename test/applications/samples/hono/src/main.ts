import { serve } from '@hono/node-server';
import { serveStatic } from '@hono/node-server/serve-static';
import { zValidator } from '@hono/zod-validator';
import { Hono } from 'hono';
import { streamText } from 'hono/streaming';
import { z } from 'zod';

const app = new Hono();
app.get('/', (context) => context.text('hono'));
app.get('/stream', (context) =>
  streamText(context, async (stream) => {
    for (const word of ['one', 'two', 'three']) await stream.writeln(word);
  }),
);
app.post('/age', zValidator('json', z.object({ age: z.number().int().min(0) })), (context) =>
  context.json({ next: context.req.valid('json').age + 1 }),
);
app.use('/files/*', serveStatic({ root: './' }));
serve({ fetch: app.fetch, port: Number(process.env.PORT) });
