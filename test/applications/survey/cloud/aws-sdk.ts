// @aws-sdk/client-s3@3.1175.0 @aws-sdk/client-dynamodb@3.1169.0 @aws-sdk/s3-request-presigner@3.1169.0
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';

const settings = {
  region: 'eu-central-1',
  endpoint: 'http://127.0.0.1:1',
  credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  maxAttempts: 1,
};
const signed = await getSignedUrl(new S3Client(settings), new GetObjectCommand({ Bucket: 'x', Key: 'y' }), {
  signingDate: new Date(0),
});
console.log(signed);
await new DynamoDBClient(settings).send(new ListTablesCommand()).catch((error) => console.log(error.code));
