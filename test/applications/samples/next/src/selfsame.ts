import { selfsame } from 'selfsame';

void selfsame({
  name: 'next',
  address: () => ':8080',
  files: ['.next/standalone/**', '.next/standalone/.next/**'],
  main: () => import('../.next/standalone/server.js'),
});
