import { selfsame } from 'selfsame';

void selfsame({
  name: 'geoip',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
