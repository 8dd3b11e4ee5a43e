import { selfsame } from 'selfsame';

void selfsame({
  name: 'sequelize-pg',
  address: () => ':8080',
  main: () => import('./main.ts'),
});
