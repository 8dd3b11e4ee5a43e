import { selfsame } from 'selfsame';

void selfsame({
  name: 'express-javascript',
  address: () => ':8080',
  files: ['src/routes/*'],
  main: () => import('./main.js'),
});
