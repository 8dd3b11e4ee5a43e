import { selfsame } from 'selfsame';

void selfsame({
  name: 'folder-of-routes',
  address: () => ':8080',
  main: () => import('./main.js'),
});
