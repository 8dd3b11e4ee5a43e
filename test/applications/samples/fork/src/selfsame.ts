import { selfsame } from 'selfsame';

void selfsame({
  name: 'fork',
  address: () => ':8080',
  files: ['src/child.ts'],
  main: () => import('./main.ts'),
});
