import { selfsame } from 'selfsame';

void selfsame({
  name: 'workspace',
  address: () => ':8080',
  main: () => import('../packages/server/src/main.ts'),
});
