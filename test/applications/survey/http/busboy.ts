// busboy@1.6.0
import busboy from 'busboy';
import { ask } from './ask.ts';

const body = new FormData();
body.set('word', 'hi');
const app = (request: any, response: any) => {
  const parts = busboy({ headers: request.headers });
  parts.on('field', (name, value) => console.log(name, value));
  parts.on('close', () => response.end('done'));
  request.pipe(parts);
};
console.log(await ask(app, '/', { method: 'POST', body }));
