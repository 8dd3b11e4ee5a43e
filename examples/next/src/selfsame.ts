import { selfsame } from 'selfsame';

void selfsame({
  name: 'pages',
  address: () => ':3000',
  main: () => import('../.next/standalone/server.js'),
});
