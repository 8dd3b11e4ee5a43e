// ws@8.23.0
import { WebSocketServer, WebSocket } from 'ws';

const server = new WebSocketServer({ port: 0 }, () => {
  const client = new WebSocket('ws://127.0.0.1:' + (server.address() as any).port);
  client.on('open', () => client.send('hi'));
  client.on('message', (text) => (console.log(String(text)), client.close(), server.close()));
});
server.on('connection', (socket) => socket.on('message', (text) => socket.send('echo ' + text)));
