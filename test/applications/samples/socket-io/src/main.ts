import { createServer } from 'node:http';
import { Server } from 'socket.io';

const http = createServer((_request, response) => response.end('http'));
const io = new Server(http);
io.on('connection', (socket) => {
  socket.on('add', (a: number, b: number) => socket.emit('sum', a + b));
});
http.listen(Number(process.env.PORT));
