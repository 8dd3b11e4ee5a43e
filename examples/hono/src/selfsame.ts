import { selfsame } from 'selfsame';

void selfsame({
  name: 'clock',
  describe: 'Tells the time',
  options: {
    http: { type: 'string', default: ':3000', describe: 'Address to serve on' },
  },
  address: ({ http }) => http,
  main: () => import('./main.ts'),
});
