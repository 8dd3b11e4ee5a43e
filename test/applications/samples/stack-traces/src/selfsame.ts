import { selfsame } from 'selfsame';

void selfsame({
  name: 'stack-traces',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
