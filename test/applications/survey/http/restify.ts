// restify@12.0.0
import restify from 'restify';
import { ask } from './ask.ts';

const server = restify.createServer({ name: 'shop' });
server.get('/:name', (request: any, response: any, next: any) => (response.send(request.params), next()));
console.log(await ask((request: any, response: any) => server.server.emit('request', request, response), '/ada'));
