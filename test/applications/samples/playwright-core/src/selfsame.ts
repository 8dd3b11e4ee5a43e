import { selfsame } from 'selfsame';

void selfsame({
  name: 'playwright-core',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
