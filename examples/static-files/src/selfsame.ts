import { selfsame } from 'selfsame';

void selfsame({
  name: 'site',
  describe: 'Serves a web site',
  options: {
    http: { type: 'string', default: ':3000', describe: 'Address to serve on' },
  },
  address: ({ http }) => http,
  // Read relative to the working directory, from source and in the executable alike.
  files: ['public/**'],
  main: () => import('./main.ts'),
});
