import { selfsame } from 'selfsame';

void selfsame({
  name: 'piscina',
  address: () => ':8080',
  files: ['src/*task.ts'],
  main: () => import('./main.ts'),
});
