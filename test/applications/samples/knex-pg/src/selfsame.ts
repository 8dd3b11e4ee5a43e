import { selfsame } from 'selfsame';

void selfsame({
  name: 'knex-pg',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
