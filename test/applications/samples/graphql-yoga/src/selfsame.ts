import { selfsame } from 'selfsame';

void selfsame({
  name: 'graphql-yoga',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
