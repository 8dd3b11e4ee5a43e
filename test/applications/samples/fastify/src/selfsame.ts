import { selfsame } from 'selfsame';

void selfsame({
  name: 'fastify',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
