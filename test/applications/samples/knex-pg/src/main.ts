import express from 'express';
import createKnex from 'knex';

const knex = createKnex({
  client: 'pg',
  connection: 'postgres://ada:secret@127.0.0.1:1/shop',
  pool: { min: 0, max: 1 },
  acquireConnectionTimeout: 2_000,
});
const app = express();
app.get('/sql', (_request, response) => {
  const query = knex('users').join('orders', 'users.id', 'orders.user').where('age', '>', 20).orderBy('name').limit(5);
  response.json(query.toSQL().toNative());
});
app.get('/query', async (_request, response) => {
  const refusal = await knex('users').then(
    () => 'connected',
    (error: NodeJS.ErrnoException) => `${error.code} ${error.message}`,
  );
  response.send(refusal);
});
app.listen(Number(process.env.PORT));
