import { join } from 'node:path';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

const file = join(import.meta.dirname, '../proto/greeter.proto');
const { greeter } = grpc.loadPackageDefinition(loader.loadSync(file)) as any;
const server = new grpc.Server();
server.addService(greeter.Greeter.service, {
  greet: (call: any, done: any) =>
    call.request.name === ''
      ? done({ code: grpc.status.INVALID_ARGUMENT, details: 'no name' })
      : done(null, { text: `hello ${call.request.name}` }),
});
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (_error, port) => {
  const client = new greeter.Greeter(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  client.greet({ name: 'Ada' }, (error: Error | null, answer: unknown) => {
    console.log(error, answer);
    client.greet({ name: '' }, (refused: Error) => {
      console.log(refused.message);
      client.close();
      server.tryShutdown(() => console.log('closed'));
    });
  });
});
