import { selfsame } from 'selfsame';

void selfsame({
  name: 'ssh2',
  main: () => import('./main.ts'),
});
