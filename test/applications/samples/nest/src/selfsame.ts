import { selfsame } from 'selfsame';

void selfsame({
  name: 'nest',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
