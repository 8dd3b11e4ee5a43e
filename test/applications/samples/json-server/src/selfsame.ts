import { selfsame } from 'selfsame';

const { PORT = '8080', HOME = '/tmp' } = process.env;

void selfsame({
  name: 'json-server',
  address: () => ':8080',
  main: () => {
    process.argv.splice(2, Infinity, '--port', PORT, `${HOME}/db.json`);
    return import('json-server/lib/cli/bin.js');
  },
});
