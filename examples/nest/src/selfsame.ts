import { selfsame } from 'selfsame';

void selfsame({
  name: 'cats',
  address: () => ':3000',
  main: () => import('./main.ts'),
});
