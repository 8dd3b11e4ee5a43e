import { selfsame } from 'selfsame';

void selfsame({
  name: 'worker-threads',
  address: () => ':8080',
  files: ['src/*.ts'],
  main: () => import('./main.ts'),
});
