import { selfsame } from 'selfsame';

void selfsame({
  name: 'https-server',
  address: () => 'https://:8080',
  files: ['tls/*'],
  main: () => import('./main.ts'),
});
