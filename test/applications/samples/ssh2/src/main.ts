import ssh2 from 'ssh2';

const { generateKeyPairSync, parseKey } = ssh2.utils;
const { private: key } = generateKeyPairSync('ed25519');
console.log(parseKey(key) instanceof Error ? 'no key' : 'a key');
const server = new ssh2.Server({ hostKeys: [key] }, (client) => {
  client.on('authentication', (context) => (context.username === 'ada' ? context.accept() : context.reject()));
  client.on('ready', () => {
    client.on('session', (accept) =>
      accept().on('exec', (acceptExec, _reject, { command }) => {
        const stream = acceptExec();
        stream.write(`ran ${command}`);
        stream.exit(3);
        stream.end();
      }),
    );
  });
});
server.listen(0, '127.0.0.1', () => {
  const client = new ssh2.Client();
  client.on('ready', () => {
    client.exec('uptime', (error, stream) => {
      if (error) throw error;
      stream.on('data', (text: Buffer) => console.log(`${text}`));
      stream.on('exit', (code: number) => console.log(`status ${code}`));
      stream.on('close', () => {
        client.end();
        server.close();
      });
    });
  });
  client.connect({ host: '127.0.0.1', port: server.address().port, username: 'ada', password: 'any' });
});
