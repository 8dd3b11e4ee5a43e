import { selfsame } from 'selfsame';

void selfsame({
  name: 'decorators',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
