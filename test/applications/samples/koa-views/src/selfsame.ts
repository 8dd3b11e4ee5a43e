import { selfsame } from 'selfsame';

void selfsame({
  name: 'koa-views',
  address: () => ':8080',
  files: ['src/views/**', 'public/**'],
  main: () => import('./main.ts'),
});
