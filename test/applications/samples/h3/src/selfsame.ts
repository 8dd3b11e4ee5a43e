import { selfsame } from 'selfsame';

void selfsame({
  name: 'h3',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
