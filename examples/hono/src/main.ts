import { setTimeout as wait } from 'node:timers/promises';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';

const app = new Hono();

app.get('/', (context) => context.json({ now: new Date().toISOString() }));

app.get('/ticks', (context) =>
  streamSSE(context, async (stream) => {
    const count = Number(context.req.query('count') ?? 10);
    for (let id = 1; id <= count && !stream.aborted; id += 1) {
      await stream.writeSSE({ id: `${id}`, data: new Date().toISOString() });
      if (id < count) await wait(1000);
    }
  }),
);

app.get('/:area/:city', (context) => {
  const timeZone = `${context.req.param('area')}/${context.req.param('city')}`;
  const at = new Date(context.req.query('at') ?? Date.now());
  try {
    return context.json({ time: at.toLocaleString('sv-SE', { timeZone }) });
  } catch {
    return context.json({ error: `There is no time zone ${timeZone}` }, 404);
  }
});

serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) }, () => console.log('The clock runs'));
