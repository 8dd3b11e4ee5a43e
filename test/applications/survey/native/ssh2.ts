// ssh2@1.17.0
import ssh2 from 'ssh2';

const { public: key } = ssh2.utils.generateKeyPairSync('ed25519');
console.log(key.split(' ')[0]);
new ssh2.Client()
  .on('error', (error: any) => console.log(error.code))
  .connect({ host: '127.0.0.1', port: 1, username: 'a' });
