import { join } from 'node:path';
import express from 'express';
import i18next from 'i18next';
import Backend from 'i18next-fs-backend';
import middleware from 'i18next-http-middleware';

await i18next
  .use(Backend)
  .use(middleware.LanguageDetector)
  .init({
    preload: ['en', 'de'],
    fallbackLng: 'en',
    backend: { loadPath: join(import.meta.dirname, '../locales/{{lng}}/{{ns}}.json') },
  });
const app = express();
app.use(middleware.handle(i18next));
app.get('/', (request, response) => response.send(request.t('greeting', { name: 'Ada' })));
app.get('/count/:count', (request, response) =>
  response.send(request.t('item', { count: Number(request.params.count) })),
);
app.listen(Number(process.env.PORT));
