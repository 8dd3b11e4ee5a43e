import { selfsame } from 'selfsame';

void selfsame({
  name: 'opentelemetry',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
