import express = require('express');
import { Users, Role } from '@/users';
import { describe } from './text';

const users = new Users([
  ['Ada', Role.Admin],
  ['Bob', Role.Guest],
]);
const app = express();
app.use(express.json());
app.get('/', (request, response) => {
  response.send(describe(users, typeof require, request.protocol));
});
app.get('/users/:name', (request, response) => {
  const user = users.find(request.params.name);
  response.status(user ? 200 : 404).json(user ?? { error: 'no such user' });
});
app.post('/users', (request, response) => {
  response.status(201).set('X-Made-By', 'express').json({ made: request.body });
});
app.get('/throw', () => {
  users.fail();
});
app.listen(Number(process.env.PORT));
