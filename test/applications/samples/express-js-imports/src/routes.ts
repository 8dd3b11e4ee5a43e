import { Router } from 'express';

export const routes = Router();
routes.get('/hello', (request, response) => {
  response.cookie('seen', 'yes').send(`hello ${request.query.name ?? 'world'}`);
});
routes.get('/visits', (request, response) => {
  const session = request.session as unknown as { visits?: number };
  session.visits = (session.visits ?? 0) + 1;
  response.json({ visits: session.visits });
});
