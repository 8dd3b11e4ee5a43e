// @grpc/grpc-js@1.14.7 @grpc/proto-loader@0.8.1 google-proto-files@6.0.1
import { credentials, Client } from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';

const definition = fromJSON({ nested: { A: { fields: { b: { type: 'int32', id: 1 } } } } });
console.log(Object.keys(definition));
const client = new Client('127.0.0.1:1', credentials.createInsecure());
client.waitForReady(Date.now() + 300, (error) => (console.log(error?.message), client.close()));
