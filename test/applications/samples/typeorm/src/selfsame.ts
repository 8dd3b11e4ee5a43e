import { selfsame } from 'selfsame';

void selfsame({
  name: 'typeorm',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
