import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { pack } from 'tar-stream';
import { runtimes } from '../../../src/executable/runtimes/runtimes-table.ts';
import { here, installedRuntime } from '../programs/executable-fixture.ts';

/** The archives that a registry and a mirror hand out, with the real runtime of this machine in them. */
export interface Archives {
  readonly npm: string;
  readonly dist: string;
}

/** Packs both archives into a folder; the dist one at the place where a mirror has it. */
export async function packArchives(folder: string): Promise<Archives> {
  const { package: carrier, distPath } = runtimes[here];
  const name = /([^/]+)\.tar\.gz$/.exec(distPath)?.[1] ?? '';
  const archives = { npm: join(folder, 'package.tgz'), dist: join(folder, 'dist.tar.gz') };
  await Promise.all([
    packRuntime(archives.npm, { 'package/package.json': '{}' }, carrier.path),
    packRuntime(archives.dist, { [`${name}/README.md`]: 'Node.js' }, `${name}/bin/node`),
  ]);
  return archives;
}

/** Packs some texts and then the runtime. */
export async function packRuntime(archive: string, texts: Record<string, string>, path?: string): Promise<void> {
  const tar = pack();
  const writing = pipeline(tar, createGzip({ level: 1 }), createWriteStream(archive));
  for (const [name, text] of Object.entries(texts)) tar.entry({ name }, text);
  if (path !== undefined) {
    const { size } = await stat(installedRuntime);
    await pipeline(createReadStream(installedRuntime, { highWaterMark: 1 << 20 }), tar.entry({ name: path, size }));
  }
  tar.finalize();
  await writing;
}

/** What a server was asked. */
interface Asked {
  readonly url: string;
  readonly authorization: string | undefined;
}

export interface TestServer extends AsyncDisposable {
  /** Without a slash at its end. */
  readonly url: string;
  readonly asked: Asked[];
}

/** Answers a request in its own way, or returns false to leave it to the server. */
export type Misbehave = (response: ServerResponse, file: string | undefined, nth: number) => boolean;

export interface RegistryOptions {
  readonly archives: Archives;
  readonly tls?: { readonly key: Buffer; readonly cert: Buffer };
  /** The only Authorization that is let in. */
  readonly authorization?: string;
  /** Where the metadata says that packages are; default: here. */
  readonly tarballs?: string;
  readonly misbehave?: Misbehave;
}

/** A registry below /npm/ and a mirror below /dist/. */
export async function startNpmRegistry({ archives, tls, ...options }: RegistryOptions): Promise<TestServer> {
  const asked: Asked[] = [];
  const { name, version } = runtimes[here].package;
  const tarballPath = `${name}/-/${name}-${version}.tgz`;
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { url = '', headers } = incoming;
    asked.push({ url, authorization: headers.authorization });
    if (options.authorization !== undefined && headers.authorization !== options.authorization) {
      response.writeHead(401).end();
      return;
    }
    const { pathname } = new URL(url, 'http://localhost');
    const file = pathname.endsWith(`/${tarballPath}`)
      ? archives.npm
      : pathname === `/dist/${runtimes[here].distPath}`
        ? archives.dist
        : undefined;
    if (options.misbehave?.(response, file, asked.length)) return;
    if (file !== undefined) {
      response.writeHead(200, { 'Content-Length': (await stat(file)).size });
      await pipeline(createReadStream(file), response);
    } else if (pathname === `/npm/${name}`) {
      const tarball = `${options.tarballs ?? `${origin()}/npm/`}${tarballPath}`;
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ name, versions: { [version]: { dist: { tarball } } } }));
    } else {
      response.writeHead(404).end();
    }
  };
  const listener = (incoming: IncomingMessage, response: ServerResponse) =>
    void answer(incoming, response).catch(() => response.destroy());
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  const origin = () => `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: origin(),
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A proxy that tunnels, and writes down where to. */
export async function startProxy(): Promise<TestServer> {
  const asked: Asked[] = [];
  const server = createServer((incoming, response) => {
    asked.push({ url: incoming.url ?? '', authorization: incoming.headers['proxy-authorization'] });
    incoming.pipe(
      request(incoming.url ?? '', (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      }),
    );
  });
  server.on('connect', (incoming, socket) => {
    asked.push({ url: incoming.url ?? '', authorization: incoming.headers['proxy-authorization'] });
    const [host = '', port = ''] = (incoming.url ?? '').split(':');
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.destroy());
    socket.on('error', () => onward.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A certificate for 127.0.0.1 that nobody trusts yet. */
export function makeCertificate(folder: string): { key: string; cert: string } {
  const [key, cert] = [join(folder, 'tls.key'), join(folder, 'tls.crt')];
  const subject = ['-subj', '/CN=test', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const args = [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '1',
    ...subject,
    '-keyout',
    key,
    '-out',
    cert,
  ];
  execFileSync('openssl', args, { stdio: 'ignore' });
  return { key, cert };
}
