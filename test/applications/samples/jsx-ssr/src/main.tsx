import express from 'express';
import { renderToPipeableStream, renderToString } from 'react-dom/server';
import { List } from './list.js';

const app = express();
app.get('/', (_request, response) => {
  response.send(renderToString(<List items={['one', 'two']} />));
});
app.get('/stream', (_request, response) => {
  const { pipe } = renderToPipeableStream(<List items={['three']} />, {
    onShellReady: () => pipe(response.type('html')),
  });
});
app.listen(Number(process.env.PORT));
