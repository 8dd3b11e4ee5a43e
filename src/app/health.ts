import type { IncomingMessage, ServerResponse } from 'node:http';
import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { beforeListeners, isPlainHttp2, type HttpServer } from './http-server.ts';
import { identityOf, startOfProcess } from './identity.ts';

interface HealthAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Answers `/selfsame` (which bytes run here), `/selfsame/start` (what starting took), `/selfsame/ready` and `/selfsame/live`;
 * every other path is the server's own.
 *
 * @param ending aborts when the server is to end: from then on it is not ready.
 */
export function answerHealth(server: HttpServer, name: string, ending: AbortSignal): void {
  const answerTo = (path: string): HealthAnswer | Promise<HealthAnswer> | undefined => {
    switch (path.split('?', 1)[0]) {
      case '/selfsame/ready':
        return ending.aborted ? { status: 503, body: 'draining\n' } : { status: 200, body: 'ready\n' };
      case '/selfsame/live':
        return { status: 200, body: 'alive\n' };
      case '/selfsame/start':
        return json(startOfProcess());
      case '/selfsame':
        return identity(name);
      default:
        return undefined;
    }
  };
  const answerRequest = (request: IncomingMessage, response: ServerResponse): boolean => {
    const answer = answerTo(request.url ?? '');
    if (answer === undefined) return false;
    void send(answer, ({ status, headers, body }) => response.writeHead(status, headers).end(body));
    return true;
  };
  if (isPlainHttp2(server)) divert(server, answerRequest);
  beforeListeners(server, {
    request: answerRequest,
    stream(stream: ServerHttp2Stream, asked: IncomingHttpHeaders) {
      const answer = answerTo(String(asked[':path']));
      if (answer === undefined) return false;
      stream.on('error', () => undefined);
      void send(answer, ({ status, headers, body }) => {
        if (stream.destroyed) return;
        stream.respond({ ...headers, ':status': status });
        stream.end(body);
      });
      return true;
    },
  });
}

/**
 * Answers probes on a server that speaks HTTP/2 without TLS, as servers of gRPC do: a kubelet asks such a port over HTTP/1.1, which
 * that server would refuse. Which of both a client speaks is in its first bytes.
 */
function divert(server: HttpServer, answer: (request: IncomingMessage, response: ServerResponse) => boolean): void {
  // Loaded already by a server of HTTP/2; an application that serves nothing does without.
  const probes = process.getBuiltinModule('node:http').createServer((request, response) => {
    if (!answer(request, response)) response.writeHead(505).end('This server speaks HTTP/2\n');
  });
  const known = new WeakSet<Socket>();
  beforeListeners(server, {
    connection(socket: Socket) {
      if (known.has(socket)) return false;
      known.add(socket);
      socket.once('readable', () => {
        const first = socket.read() as Buffer | null;
        if (first === null) return;
        socket.unshift(first);
        (first.toString('latin1', 0, 4) === 'PRI ' ? server : probes).emit('connection', socket);
      });
      return true;
    },
  });
}

/** At once where it is known: an answer that is begun before the door closes says so to its client. */
function send(answer: HealthAnswer | Promise<HealthAnswer>, write: (answer: HealthAnswer) => void): Promise<void> {
  if (answer instanceof Promise) return answer.then(write);
  write(answer);
  return Promise.resolve();
}

async function identity(name: string): Promise<HealthAnswer> {
  try {
    return json(await identityOf(name));
  } catch (error) {
    // The rest names a path.
    return { status: 500, body: `Cannot hash the running file: ${(error as NodeJS.ErrnoException).code ?? 'error'}\n` };
  }
}

function json(body: unknown): HealthAnswer {
  return { status: 200, headers: { 'Content-Type': 'application/json' }, body: `${JSON.stringify(body)}\n` };
}
