import { selfsame } from 'selfsame';

void selfsame({
  name: 'pino-transport',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
