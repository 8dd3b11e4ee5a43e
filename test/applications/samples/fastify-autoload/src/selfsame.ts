import { selfsame } from 'selfsame';

void selfsame({
  name: 'fastify-autoload',
  address: () => ':8080',
  files: ['src/routes/**', 'src/plugins/**'],
  main: () => import('./main.ts'),
});
