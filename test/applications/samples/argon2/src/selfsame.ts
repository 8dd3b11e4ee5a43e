import { selfsame } from 'selfsame';

void selfsame({
  name: 'argon2',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
