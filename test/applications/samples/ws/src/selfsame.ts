import { selfsame } from 'selfsame';

void selfsame({
  name: 'ws',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
