// A way to the API server that counts what is asked: plain http on this machine, for a kubeconfig of its own.
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, request as ask, type RequestOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { callCounter, type CallCounter } from './call-counts.ts';

export interface ApiTraffic {
  readonly calls: number;
  /** Of the answers, without headers. */
  readonly readBytes: number;
}

export interface CountingApi extends Pick<CallCounter, 'counts' | 'total'> {
  readonly url: string;
  /** Path of a kubeconfig that leads through here. */
  readonly kubeconfig: string;
  traffic(): ApiTraffic;
  close(): void;
}

/** @param options.folder for the kubeconfig. It holds no secret: who we are is told here. */
export async function countingApi(kubeconfig: string, { folder }: { folder: string }): Promise<CountingApi> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const given = config.getCurrentCluster();
  if (given === null) throw new Error(`${kubeconfig} names no cluster`);
  const upstream = new URL(given.server);
  const access: RequestOptions = { agent: new Agent({ keepAlive: true }) };
  await config.applyToHTTPSOptions(access);
  const { headers: credentials } = access as { headers?: Record<string, string> };
  const calls = callCounter();
  let readBytes = 0;

  const pass = (request: IncomingMessage, response: ServerResponse): void => {
    const { method, url, headers } = request;
    calls.note(method, url);
    const { hostname, port } = upstream;
    const asked = { ...access, hostname, port, method, path: url, headers: { ...headers, ...credentials } };
    const onward = ask(asked, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      // A watch has to be told that it began.
      response.flushHeaders();
      answer.on('data', (chunk: Buffer) => (readBytes += chunk.length));
      answer.pipe(response);
      answer.on('error', () => response.destroy());
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  };
  const server = createServer(pass);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const file = join(folder, 'counting-kubeconfig');
  const own = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'counted', cluster: { server: url } }],
    users: [{ name: 'counted', user: {} }],
    contexts: [{ name: 'counted', context: { cluster: 'counted', user: 'counted' } }],
    'current-context': 'counted',
  };
  await writeFile(file, JSON.stringify(own));
  return {
    url,
    kubeconfig: file,
    counts: calls.counts,
    total: calls.total,
    traffic: () => ({ calls: calls.total(), readBytes }),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
