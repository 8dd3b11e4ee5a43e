import { selfsame } from 'selfsame';

void selfsame({
  name: 'bcrypt',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
