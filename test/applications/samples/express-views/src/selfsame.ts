import { selfsame } from 'selfsame';

void selfsame({
  name: 'express-views',
  address: () => ':8080',
  files: ['src/views/**', 'assets/**'],
  main: () => import('./main.ts'),
});
