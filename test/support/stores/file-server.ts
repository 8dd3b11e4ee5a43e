import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that a web server serves, as pods and `file://` stores know it. */
export interface FileServer {
  readonly folder: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Serves a new folder on every address of this machine. */
export async function fileServer(): Promise<FileServer> {
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-served-'));
  const server = createServer((request, response) => {
    const path = join(folder, new URL(request.url ?? '/', 'http://here').pathname);
    send(path, request.headers.range, response).catch(() => response.writeHead(404).end());
  }).listen(0, '0.0.0.0');
  await once(server, 'listening');
  return {
    folder,
    port: (server.address() as AddressInfo).port,
    async stop() {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function send(path: string, range: string | undefined, response: ServerResponse): Promise<void> {
  const { size } = await stat(path);
  const [, from = '0', to = ''] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
  const [start, end] = [Number(from), to === '' ? size - 1 : Number(to)];
  response.writeHead(range === undefined ? 200 : 206, {
    'content-length': end - start + 1,
    'accept-ranges': 'bytes',
    ...(range !== undefined && { 'content-range': `bytes ${start}-${end}/${size}` }),
  });
  createReadStream(path, { start, end }).pipe(response);
}
