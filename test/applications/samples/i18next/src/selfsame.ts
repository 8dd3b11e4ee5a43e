import { selfsame } from 'selfsame';

void selfsame({
  name: 'i18next',
  address: () => ':8080',
  files: ['locales/**'],
  main: () => import('./main.ts'),
});
