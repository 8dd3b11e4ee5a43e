// @google-cloud/storage@8.4.0
import { Storage } from '@google-cloud/storage';

const storage = new Storage({ projectId: 'x', apiEndpoint: 'http://127.0.0.1:1', retryOptions: { autoRetry: false } });
console.log(storage.bucket('a').file('b').publicUrl());
