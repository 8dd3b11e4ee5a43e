import { selfsame } from 'selfsame';

void selfsame({
  name: 'nitro',
  address: () => ':8080',
  files: ['.output/public/**'],
  main: () => import('../.output/server/index.mjs'),
});
