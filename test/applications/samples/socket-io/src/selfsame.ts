import { selfsame } from 'selfsame';

void selfsame({
  name: 'socket-io',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
