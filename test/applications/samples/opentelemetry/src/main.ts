import './tracing';
import express from 'express';

const app = express();
app.get('/', (_request, response) => {
  response.send('traced');
});
app.get('/users/:id', (request, response) => {
  response.send(request.params.id);
});
app.listen(Number(process.env.PORT));
