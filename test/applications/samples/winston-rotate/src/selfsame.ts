import { selfsame } from 'selfsame';

void selfsame({
  name: 'winston-rotate',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
