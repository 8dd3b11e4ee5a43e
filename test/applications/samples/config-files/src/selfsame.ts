import { selfsame } from 'selfsame';

void selfsame({
  name: 'config-files',
  address: () => ':8080',
  files: ['config/**', '.env'],
  main: () => import('./main.ts'),
});
