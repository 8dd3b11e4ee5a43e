import { selfsame } from 'selfsame';

void selfsame({
  name: 'hono',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
