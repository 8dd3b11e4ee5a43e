import { selfsame } from 'selfsame';

void selfsame({
  name: 'express-static-cwd',
  address: () => ':8080',
  files: ['public/**'],
  main: () => import('./main.ts'),
});
