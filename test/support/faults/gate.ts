import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import { Agent, request as ask, type RequestOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { writeCertificate } from '../stores/metered-proxy.ts';

/** A way to the API server that can be stopped at one request, so that something happens at exactly that moment. */
export interface FaultGate {
  /** Path of a kubeconfig that leads through here, without credentials: who we are is told here. */
  readonly kubeconfig: string;
  /** Holds the next request whose `METHOD PATH` matches, or a later one; resolves when it is held. */
  hold(wanted: RegExp, options?: { readonly skip?: number }): Promise<void>;
  /** Lets it go on. */
  release(): void;
  /** Nobody is here any more: open connections break, new ones are refused. */
  away(): Promise<void>;
  back(): Promise<void>;
  close(): Promise<void>;
}

export async function faultGateTo(kubeconfig: string): Promise<FaultGate> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const server = config.getCurrentCluster()?.server ?? '';
  const access: RequestOptions = { agent: new Agent({ keepAlive: true }) };
  await config.applyToHTTPSOptions(access);
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-gate-'));
  const tls = writeCertificate(folder);
  const certificate = { cert: await readFile(tls.cert), key: await readFile(tls.key) };
  const open = new Set<Socket>();
  let port = 0;
  let held: { readonly wanted: RegExp; skip: number; readonly isHeld: PromiseWithResolvers<void> } | undefined;
  let going = Promise.withResolvers<void>();

  async function pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/', headers } = asked;
    if (held?.wanted.test(`${method} ${url}`) === true && (held.skip -= 1) < 0) {
      held.isHeld.resolve();
      held = undefined;
      await going.promise;
    }
    const { hostname, port: upstreamPort } = new URL(server);
    // Who we are may be a header, too.
    const told = Object.assign(withoutConnection(headers), access.headers);
    const onward = { ...access, hostname, port: upstreamPort, method, path: url, headers: told };
    const sent = ask(onward, (answered) => {
      answer.writeHead(answered.statusCode ?? 502, withoutConnection(answered.headers));
      answered.pipe(answer);
      answered.on('error', () => answer.destroy());
    });
    // As if it had been asked directly: the connection breaks, not one answer alone.
    sent.on('error', () => cut());
    answer.on('close', () => sent.destroy());
    asked.on('error', () => sent.destroy());
    asked.pipe(sent);
  }
  function cut(): void {
    for (const socket of open) socket.resetAndDestroy();
  }

  const listening = createSecureServer({ ...certificate, allowHTTP1: true }, (asked, answer) => {
    // Both know what is used of the other: https://nodejs.org/api/http2.html#compatibility-api
    pass(asked as unknown as IncomingMessage, answer as unknown as ServerResponse).catch(() => cut());
  });
  listening.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => undefined);
  });
  listening.on('sessionError', () => undefined);
  const back = async (): Promise<void> => {
    listening.listen(port, '127.0.0.1');
    await once(listening, 'listening');
    port = (listening.address() as AddressInfo).port;
  };
  const away = async (): Promise<void> => {
    if (!listening.listening) return;
    const closed = once(listening, 'close');
    listening.close();
    cut();
    await closed;
  };
  await back();
  const file = join(folder, 'kubeconfig');
  const own = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'gate', cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority': tls.cert } }],
    users: [{ name: 'gate', user: {} }],
    contexts: [{ name: 'gate', context: { cluster: 'gate', user: 'gate' } }],
    'current-context': 'gate',
  };
  await writeFile(file, JSON.stringify(own));
  return {
    kubeconfig: file,
    async hold(wanted, { skip = 0 } = {}) {
      going = Promise.withResolvers();
      held = { wanted, skip, isHeld: Promise.withResolvers() };
      await held.isHeld.promise;
    },
    release: () => going.resolve(),
    away,
    back,
    async close() {
      going.resolve();
      await away();
      (access.agent as Agent).destroy();
      await rm(folder, { recursive: true });
    },
  };
}

/** What belongs to one connection is not handed on to the next, and HTTP/2 has none of it. */
function withoutConnection(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const own = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'host']);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(':') && !own.has(name)));
}
