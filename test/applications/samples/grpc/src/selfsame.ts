import { selfsame } from 'selfsame';

void selfsame({
  name: 'grpc',
  files: ['proto/*'],
  main: () => import('./main.ts'),
});
