import { selfsame } from 'selfsame';

void selfsame({
  name: 'create-require',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
