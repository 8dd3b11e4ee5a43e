import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/** A TCP proxy in front of a server that behaves badly on demand. */
export interface FaultyProxy {
  readonly port: number;
  /** Of connections that were opened to it. */
  readonly connections: number;
  /** That clients have sent. */
  readonly upBytes: number;
  /** Cuts one connection, once, when clients have sent this much more. */
  cutAfter(bytes: number): void;
  /** From now on: hang up at once, or take everything and never answer. */
  turn(mode: 'hang-up' | 'silent'): void;
  close(): Promise<void>;
}

export async function faultyProxy(targetPort: number): Promise<FaultyProxy> {
  const sockets = new Set<Socket>();
  let connections = 0;
  let upBytes = 0;
  let cutAt = Infinity;
  let mode: 'pass' | 'hang-up' | 'silent' = 'pass';

  const server = createServer((client) => {
    connections += 1;
    keep(client);
    if (mode === 'hang-up') {
      client.resetAndDestroy();
      return;
    }
    if (mode === 'silent') {
      client.resume();
      return;
    }
    const upstream = keep(connect(targetPort, '127.0.0.1'));
    client.on('data', (chunk) => {
      upBytes += chunk.length;
      if (upBytes >= cutAt) {
        cutAt = Infinity;
        client.resetAndDestroy();
      }
    });
    client.pipe(upstream);
    upstream.pipe(client);
    client.on('close', () => upstream.destroy());
    upstream.on('close', () => client.destroy());
  });
  function keep(socket: Socket): Socket {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A broken connection is what this is for.
    socket.on('error', () => socket.destroy());
    return socket;
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    get upBytes() {
      return upBytes;
    },
    cutAfter(bytes) {
      cutAt = upBytes + bytes;
    },
    turn(next) {
      mode = next;
    },
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
