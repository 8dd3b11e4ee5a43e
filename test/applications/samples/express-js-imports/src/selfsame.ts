import { selfsame } from 'selfsame';

void selfsame({
  name: 'express-js-imports',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
