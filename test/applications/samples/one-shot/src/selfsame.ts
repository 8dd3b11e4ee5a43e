import { selfsame } from 'selfsame';

void selfsame({
  name: 'one-shot',
  main: () => import('./main.ts'),
});
