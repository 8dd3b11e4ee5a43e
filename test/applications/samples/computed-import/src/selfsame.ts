import { selfsame } from 'selfsame';

void selfsame({
  name: 'computed-import',
  address: () => ':8080',
  files: ['src/pages/**'],
  main: () => import('./main.ts'),
});
