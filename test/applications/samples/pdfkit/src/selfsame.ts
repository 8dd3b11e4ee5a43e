import { selfsame } from 'selfsame';

void selfsame({
  name: 'pdfkit',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
