import { selfsame } from 'selfsame';

void selfsame({
  name: 'jsx-ssr',
  address: () => ':8080',
  main: () => import('./main.tsx'),
});
