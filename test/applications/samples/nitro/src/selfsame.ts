import { selfsame } from 'selfsame';

void selfsame({
  name: 'nitro',
  address: () => ':8080',
  main: () => import('../.output/server/index.mjs'),
});
