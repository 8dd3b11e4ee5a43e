import { createServer } from 'node:http';
import express from 'express';
import { WebSocketServer } from 'ws';

const server = createServer(express().get('/', (_request, response) => void response.send('http')));
const sockets = new WebSocketServer({ server, path: '/echo' });
sockets.on('connection', (socket) => {
  socket.on('message', (message) => socket.send(`echo ${message}`));
});
server.listen(Number(process.env.PORT));
