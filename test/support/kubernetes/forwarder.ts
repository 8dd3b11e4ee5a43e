import { connect as connectTcp, createServer, type Socket } from 'node:net';
import { joinSockets } from './join-sockets.ts';
import { listen } from './api-server.ts';

/** A way to a server that can be cut, so that it seems to be away: open connections break, new ones are refused. */
export interface Forwarder {
  readonly port: number;
  /** Connections that were made. */
  readonly connections: number;
  cut(): void;
  mend(): void;
  close(): void;
}

/** @param idleMs after how long without a byte a connection is forgotten; absent: never. */
export async function forwardTo(server: string, { idleMs = 0 }: { idleMs?: number } = {}): Promise<Forwarder> {
  const { hostname, port } = new URL(server);
  const open = new Set<Socket>();
  let isCut = false;
  let connections = 0;
  const forwarder = createServer((client) => {
    if (isCut) {
      client.resetAndDestroy();
      return;
    }
    connections += 1;
    const upstream = connectTcp(Number(port), hostname);
    joinSockets(client, upstream, open);
    client.setTimeout(idleMs, () => client.resetAndDestroy());
  });
  return {
    port: await listen(forwarder),
    get connections() {
      return connections;
    },
    cut() {
      isCut = true;
      for (const socket of open) socket.resetAndDestroy();
    },
    mend() {
      isCut = false;
    },
    close() {
      for (const socket of open) socket.destroy();
      forwarder.close();
    },
  };
}
