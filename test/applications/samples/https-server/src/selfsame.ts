import { selfsame } from 'selfsame';

void selfsame({
  name: 'https-server',
  address: () => ':8080',
  files: ['tls/*'],
  main: () => import('./main.ts'),
});
