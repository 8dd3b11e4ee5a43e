import express from 'express';
import { load } from './load.ts';
import { Order, type Line } from './order.ts';

const app = express();
app.get('/sync', (_request, response) => {
  try {
    new Order([] as Line[]).total();
  } catch (error) {
    response.type('text').send((error as Error).stack);
  }
});
app.get('/async', async (_request, response) => {
  const error = await load('nothing').catch((reason: unknown) => reason as Error);
  response.type('text').send(error.stack);
});
app.get('/log', (_request, response) => {
  console.error(new Error('as logged'));
  response.send('logged');
});
app.get('/crash', () => {
  setTimeout(() => {
    throw new SyntaxError('nobody catches this');
  });
});
app.listen(Number(process.env.PORT));
