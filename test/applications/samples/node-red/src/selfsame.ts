import { selfsame } from 'selfsame';

const { PORT = '8080', HOME = '/tmp' } = process.env;

void selfsame({
  name: 'node-red',
  address: () => ':8080',
  main: () => {
    process.argv.splice(2, Infinity, '--port', PORT, '--userDir', HOME);
    return import('node-red/red.js');
  },
});
