import { selfsame } from 'selfsame';

void selfsame({
  name: 'several-ports',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
