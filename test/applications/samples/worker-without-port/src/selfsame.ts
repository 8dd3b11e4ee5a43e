import { selfsame } from 'selfsame';

void selfsame({
  name: 'worker-without-port',
  main: () => import('./main.ts'),
});
