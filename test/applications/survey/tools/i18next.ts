// i18next@27.1.5 i18next-fs-backend@2.6.10
import { mkdirSync, writeFileSync } from 'node:fs';
import i18next from 'i18next';
import Backend from 'i18next-fs-backend';

const folder = process.env.HOME + '/locales';
mkdirSync(folder);
writeFileSync(folder + '/en.json', '{ "a": "hello {{b}}" }');
await i18next
  .use(Backend)
  .init({ lng: 'en', backend: { loadPath: folder + '/{{lng}}.json' }, showSupportNotice: false } as never);
console.log(i18next.t('a', { b: 1 }));
