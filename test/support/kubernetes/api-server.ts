import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callCounter, type CallCounter } from './call-counts.ts';

/** A real HTTP server that stands for an API server that misbehaves. */
export interface ApiServer extends Pick<CallCounter, 'counts' | 'total'> {
  readonly url: string;
  /** What was asked, as `METHOD PATH`, without the question of every start for the version. */
  readonly requests: string[];
  /** A kubeconfig that leads there; returns its path. */
  kubeconfig(user?: object, cluster?: object): Promise<string>;
  /** A file of the test's own, removed with the server. */
  file(name: string, content?: string, mode?: number): Promise<string>;
  /** Cuts every connection; new ones are taken. */
  breakConnections(): void;
  close(): Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

export async function apiServer(handler: Handler): Promise<ApiServer> {
  const requests: string[] = [];
  const calls = callCounter();
  const server = createServer((request, response) => {
    calls.note(request.method, request.url);
    if (request.url === '/version' && request.headers['x-refuse'] === undefined) {
      json(response, 200, { major: '1', minor: '34', gitVersion: 'v1.34.0' });
      return;
    }
    requests.push(`${request.method} ${request.url}`);
    handler(request, response);
  });
  const url = `http://127.0.0.1:${await listen(server)}`;
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-'));
  const file = async (name: string, content = '', mode = 0o600): Promise<string> => {
    await writeFile(join(folder, name), content, { mode });
    return join(folder, name);
  };
  return {
    url,
    requests,
    counts: calls.counts,
    total: calls.total,
    file,
    kubeconfig: async (user = {}, cluster = {}) =>
      file('kubeconfig', JSON.stringify(kubeconfigOf({ server: url, ...cluster }, user))),
    breakConnections: () => server.closeAllConnections(),
    async close() {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** JSON is YAML. */
export function kubeconfigOf(cluster: object, user: object): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'here', cluster }],
    users: [{ name: 'me', user }],
    contexts: [{ name: 'test', context: { cluster: 'here', user: 'me', namespace: 'mine' } }],
    'current-context': 'test',
  };
}

export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** How the API server says no. */
export function refuseCall(
  response: ServerResponse,
  code: number,
  { reason, message }: { reason: string; message: string },
): void {
  json(response, code, { kind: 'Status', status: 'Failure', code, reason, message });
}
