import { selfsame } from 'selfsame';

const { PORT = '8080', HOME = '/tmp' } = process.env;

void selfsame({
  name: 'verdaccio',
  address: () => ':8080',
  main: () => {
    process.argv.splice(2, Infinity, '--listen', PORT, '--config', `${HOME}/config.yaml`);
    return import('../node_modules/verdaccio/bin/verdaccio');
  },
});
