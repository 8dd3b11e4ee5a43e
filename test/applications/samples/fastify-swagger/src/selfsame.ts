import { selfsame } from 'selfsame';

void selfsame({
  name: 'fastify-swagger',
  address: () => ':8080',
  files: ['public/**'],
  main: () => import('./main.ts'),
});
