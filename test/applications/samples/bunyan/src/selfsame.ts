import { selfsame } from 'selfsame';

void selfsame({
  name: 'bunyan',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
