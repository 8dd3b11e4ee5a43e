import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** How an image behaves that is pulled from here: the first part of its name. */
export type ImageBehaviour =
  | 'absent'
  | 'private'
  | 'forbidden'
  | 'limited'
  | 'broken'
  | 'foreign'
  | 'slow'
  | `healing${string}`;

/** How an executable behaves that is fetched from here. */
export type FileBehaviour = 'denied' | 'missing' | 'other' | 'trickling';

/** A container registry and a store in one, on all addresses of this machine, that answer what they are asked to. */
export interface BehavingServer extends AsyncDisposable {
  readonly port: number;
  /** From now on a `healing` image can be pulled. */
  readonly heal: (behaviour: ImageBehaviour) => void;
}

const run = promisify(execFile);
const index = 'application/vnd.oci.image.index.v1+json';

/** @param image of buildah's: what `healing` and `slow` images are. */
export async function startServer(image: string): Promise<BehavingServer> {
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-registry-'));
  await run('buildah', ['push', '--quiet', image, `dir:${folder}`]);
  const healed = new Set<string>();
  const server = createServer((request, response) => {
    const answering = request.url?.startsWith('/v2/')
      ? answerPull(request, response, { folder, healed })
      : answerFetch(request, response);
    answering.catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => void server.listen(0, '0.0.0.0', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    heal: (behaviour) => void healed.add(behaviour),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true });
    },
  };
}

async function answerPull(
  { url = '', method }: IncomingMessage,
  response: ServerResponse,
  { folder, healed }: { folder: string; healed: ReadonlySet<string> },
): Promise<void> {
  const [, behaviour = '', kind, reference = ''] = /^\/v2\/([^/]+)\/runner\/(manifests|blobs)\/(.+)$/.exec(url) ?? [];
  const refuse = (status: number, code: string, headers = {}): unknown =>
    response.writeHead(status, headers).end(JSON.stringify({ errors: [{ code, message: code.toLowerCase() }] }));
  if (behaviour === 'private') return void refuse(401, 'UNAUTHORIZED', { 'WWW-Authenticate': 'Basic realm="runner"' });
  if (behaviour === 'forbidden') return void refuse(403, 'DENIED');
  if (behaviour === 'limited') return void refuse(429, 'TOOMANYREQUESTS');
  if (behaviour === 'absent') return void refuse(404, 'MANIFEST_UNKNOWN');
  if (behaviour === 'broken' || (behaviour.startsWith('healing') && !healed.has(behaviour)))
    return void refuse(503, 'UNAVAILABLE');
  const body = behaviour === 'foreign' ? foreignIndex : await readFile(join(folder, 'manifest.json'));
  const type = (JSON.parse(body.toString()) as { mediaType?: string }).mediaType ?? index;
  if (kind === 'manifests')
    return void response
      .writeHead(200, { 'content-type': type, 'content-length': body.length })
      .end(method === 'HEAD' ? undefined : body);
  if (behaviour === 'slow') return response.writeHead(200).flushHeaders();
  createReadStream(join(folder, reference.replace('sha256:', ''))).pipe(response.writeHead(200));
}

/** An image that was made for another architecture alone. */
const foreignIndex = Buffer.from(
  JSON.stringify({
    schemaVersion: 2,
    mediaType: index,
    manifests: [
      {
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        digest: `sha256:${'5'.repeat(64)}`,
        size: 500,
        platform: { architecture: 's390x', os: 'linux' },
      },
    ],
  }),
);

async function answerFetch({ url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
  const behaviour = url.split('/')[1];
  if (behaviour === 'denied') response.writeHead(403, { 'x-ms-error-code': 'AuthenticationFailed' }).end();
  else if (behaviour === 'missing') response.writeHead(404).end();
  else if (behaviour === 'other') response.end('other bytes');
  else response.writeHead(200, { 'content-length': 11 }).write('o');
}
