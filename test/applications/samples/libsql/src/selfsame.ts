import { selfsame } from 'selfsame';

void selfsame({
  name: 'libsql',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
