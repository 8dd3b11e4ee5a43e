import { selfsame } from 'selfsame';

void selfsame({
  name: 'trpc',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
