import { selfsame } from 'selfsame';

void selfsame({
  name: 'apollo',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
