import { selfsame } from 'selfsame';

void selfsame({
  name: 'top-level-await',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
