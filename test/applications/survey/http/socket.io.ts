// socket.io@4.8.4
import { Server } from 'socket.io';
import { ask } from './ask.ts';

const io = new Server({ serveClient: true });
console.log(io.path(), io.engine === undefined, await ask((_: any, response: any) => response.end('x')));
