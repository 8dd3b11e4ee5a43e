import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { constants, createSecureServer, type Http2SecureServer, type Http2ServerRequest } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import type { TLSSocket } from 'node:tls';
import { join } from 'node:path';
import { afterEach, beforeAll, afterAll, describe, expect, it } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { type Cluster, connect } from '../../../../src/platforms/kubernetes/api/client.ts';
import { warningsIn } from '../../../../src/platforms/kubernetes/api/transport.ts';
import { kubeconfigOf, listen } from '../../../support/kubernetes/api-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'selfsame-'));
const closing: (() => unknown)[] = [];
let connections = 0;
let server: Http2SecureServer;
let port: number;
let breaking = 'stream';

beforeAll(async () => {
  const names = ['-subj', '/CN=api.test', '-addext', 'subjectAltName=DNS:api.test'];
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')];
  const command = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  execFileSync('openssl', [...command, ...names, ...files], { stdio: 'pipe' });
  const [key, cert] = [readFileSync(join(folder, 'key.pem')), readFileSync(join(folder, 'cert.pem'))];
  server = createSecureServer({ key, cert, ca: cert, allowHTTP1: true, requestCert: true, rejectUnauthorized: false });
  server.on('secureConnection', () => (connections += 1));
  server.on('request', (request, response) => {
    const { subject } = (request.socket as TLSSocket).getPeerCertificate();
    response.setHeader('content-type', 'application/json');
    if (request.url === '/cut') {
      response.write('{"half":', () => setImmediate(() => cutOff(request)));
      return;
    }
    if (request.url?.includes('watch')) {
      response.write('{"line":1}\n');
      return;
    }
    response.end(JSON.stringify({ gitVersion: 'v1.34.0', http: request.httpVersion, client: subject?.CN }));
  });
  port = await listen(server);
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

describe('openTransport()', () => {
  it('sends many calls and watches at once over one connection', async () => {
    connections = 0;
    const cluster = await open(trusted());
    const stop = new AbortController();
    const watches = [1, 2, 3].map((one) => cluster.lines(`/api?watch=${one}`, { signal: stop.signal }));
    expect(await Promise.all(watches.map(async (lines) => (await lines.next()).value))).toEqual(
      Array(3).fill('{"line":1}'),
    );
    const answers = await Promise.all(
      Array.from({ length: 10 }, async () => cluster.request<{ http: string }>('GET', '/api')),
    );
    expect(answers.map(({ http }) => http)).toEqual(Array(10).fill('2.0'));
    stop.abort(new Error('enough'));
    await expect(Promise.all(watches.map(async (lines) => lines.next()))).rejects.toThrow('enough');
    expect(connections).toBe(1);
  });

  it.each(['stream', 'connection'])('does not take an answer for whole whose %s broke off', async (what) => {
    breaking = what;
    const cluster = await open(trusted());
    // Tried once: that it is not whole is the same each time.
    await expect(cluster.request('GET', '/cut', { isPatient: false })).rejects.toMatchObject({
      code: 'cluster-unreachable',
      message: `Cannot reach the cluster at https://127.0.0.1:${port}: connection closed`,
    });
    const lines: string[] = [];
    const reading = async (): Promise<void> => {
      for await (const line of cluster.lines('/cut', { signal: new AbortController().signal })) lines.push(line);
    };
    await reading().catch((error: unknown) => expect(error).toMatchObject({ code: 'cluster-unreachable' }));
    expect(lines).toEqual([]);
  });

  it('shows the client certificate of the kubeconfig', async () => {
    const user = { 'client-certificate': join(folder, 'cert.pem'), 'client-key': join(folder, 'key.pem') };
    const cluster = await open(trusted(), { user });
    expect(await cluster.request('GET', '/api')).toMatchObject({ client: 'api.test' });
  });

  it.each([
    ['an unknown certificate', {}, 'its certificate is not trusted'],
    [
      'a certificate for another name',
      { 'certificate-authority': 'cert.pem', 'tls-server-name': 'other.test' },
      'its certificate is for another name',
    ],
  ])('refuses %s', async (_case, cluster, reason) => {
    await expect(open({ server: `https://127.0.0.1:${port}`, ...cluster })).rejects.toMatchObject({
      code: 'cluster-unreachable',
      message: `Cannot reach the cluster at https://127.0.0.1:${port}: ${reason}`,
      hint: 'Correct certificate-authority in the kubeconfig.',
    });
  });

  it('takes any certificate where the kubeconfig says so', async () => {
    const cluster = await open({ server: `https://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true });
    expect(cluster.version).toBe('v1.34.0');
  });

  it.each([
    ['HTTPS_PROXY', (proxy: string) => ({ environment: { HTTPS_PROXY: proxy } })],
    ['proxy-url of the kubeconfig', (proxy: string) => ({ cluster: { 'proxy-url': proxy } })],
  ])('goes through %s, with the CA of the kubeconfig', async (_case, settings) => {
    const proxy = await startProxy();
    const { environment = {}, cluster: extra = {} }: { environment?: object; cluster?: object } = settings(proxy.url);
    const cluster = await open({ ...trusted(), server: 'https://api.test:6443', ...extra }, { environment });
    expect(await cluster.request('GET', '/api')).toMatchObject({ http: '2.0' });
    expect(proxy.asked).toEqual(['api.test:6443']);
  });

  it('says that the proxy refused', async () => {
    const proxy = await startProxy(403);
    const opening = open(
      { ...trusted(), server: 'https://api.test:6443' },
      { environment: { HTTPS_PROXY: proxy.url } },
    );
    await expect(opening).rejects.toMatchObject({
      code: 'cluster-unreachable',
      message: 'Cannot reach the cluster at https://api.test:6443: the proxy answered 403',
    });
  });
});

function cutOff(request: Http2ServerRequest): void {
  if (breaking === 'stream') request.stream.close(constants.NGHTTP2_CANCEL);
  else request.stream.session?.destroy();
}

function trusted(): object {
  return { server: `https://127.0.0.1:${port}`, 'certificate-authority': 'cert.pem', 'tls-server-name': 'api.test' };
}

describe('warningsIn()', () => {
  it.each([
    [undefined, []],
    ['299 - "would violate \\"restricted\\""', ['would violate "restricted"']],
    ['299 - "one, two", 299 kube "three"', ['one, two', 'three']],
    [['299 - "one"', '199 - "of a proxy"'], ['one']],
  ])('reads %j', (header, texts) => {
    expect(warningsIn(header)).toEqual(texts);
  });
});

async function open(
  cluster: object,
  { user = {}, environment = {} }: { user?: object; environment?: object } = {},
): Promise<Cluster> {
  const kubeconfig = join(folder, 'config');
  await writeFile(kubeconfig, JSON.stringify(kubeconfigOf(cluster, user)));
  const opened = await connect({ kubeconfig, environment: { ...environment }, signal: new AbortController().signal });
  closing.push(async () => opened.close());
  return opened;
}

/** A proxy that leads everywhere to our server. */
async function startProxy(status = 200): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const proxy = createServer();
  proxy.on('connect', (request, client) => {
    asked.push(request.url ?? '');
    if (status !== 200) {
      client.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      return;
    }
    const upstream = connectTcp(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on('error', () => client.destroy());
    client.on('error', () => upstream.destroy());
  });
  const url = `http://127.0.0.1:${await listen(proxy)}`;
  closing.push(() => proxy.close());
  return { url, asked };
}
