import { selfsame } from 'selfsame';

void selfsame({
  name: 'node-sqlite',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
