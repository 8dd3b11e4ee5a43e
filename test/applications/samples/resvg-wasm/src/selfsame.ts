import { selfsame } from 'selfsame';

void selfsame({
  name: 'resvg-wasm',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
