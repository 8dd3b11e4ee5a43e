import { selfsame } from 'selfsame';

void selfsame({
  name: 'sharp',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
