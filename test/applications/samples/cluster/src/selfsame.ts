import { selfsame } from 'selfsame';

void selfsame({
  name: 'cluster',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
