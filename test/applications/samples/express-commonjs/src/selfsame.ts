import { selfsame } from 'selfsame';

void selfsame({
  name: 'express-commonjs',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
