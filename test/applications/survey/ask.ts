import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a handler answers to one request. */
export async function ask(handler: RequestListener, path = '/', init: RequestInit = {}): Promise<[number, string]> {
  const server = createServer(handler).listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const response = await fetch('http://127.0.0.1:' + port + path, init);
  const text = await response.text();
  server.close();
  server.closeAllConnections();
  return [response.status, text.replaceAll(String(port), 'PORT')];
}
