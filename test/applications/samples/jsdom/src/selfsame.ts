import { selfsame } from 'selfsame';

void selfsame({
  name: 'jsdom',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
