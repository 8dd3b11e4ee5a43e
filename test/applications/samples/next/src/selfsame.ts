import { selfsame } from 'selfsame';

void selfsame({
  name: 'next',
  address: () => ':8080',
  main: () => import('../.next/standalone/server.js'),
});
