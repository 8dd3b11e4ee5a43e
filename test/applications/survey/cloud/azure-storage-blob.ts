// @azure/storage-blob@12.34.0 @azure/identity@4.14.1
import { ClientSecretCredential } from '@azure/identity';
import { BlobServiceClient } from '@azure/storage-blob';

const text = 'DefaultEndpointsProtocol=http;AccountName=a;AccountKey=eA==;BlobEndpoint=http://127.0.0.1:1/a;';
const client = BlobServiceClient.fromConnectionString(text, { retryOptions: { maxTries: 1 } });
await client.getProperties().catch((error) => console.log(error.code));
console.log(new ClientSecretCredential('t', 'c', 's').constructor.name);
