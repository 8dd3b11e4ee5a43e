import { selfsame } from 'selfsame';

void selfsame({
  name: 'grpc',
  address: () => ':8080',
  files: ['proto/*'],
  main: () => import('./main.ts'),
});
