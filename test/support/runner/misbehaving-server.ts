import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';

/** What came in and what went out in answer to it. */
interface Exchange {
  readonly query: string;
  readonly range: string | undefined;
  status: number;
  sentBytes: number;
}

/** Answers one request; `turn` counts them from 0. */
export type PlannedAnswer = (response: ServerResponse, request: IncomingMessage, turn: number) => Promise<void> | void;

export interface MisbehavingServer extends AsyncDisposable {
  /** Of the executable, without a query. */
  readonly url: string;
  readonly exchanges: readonly Exchange[];
}

/** A real HTTP (or, with a certificate, HTTPS) server on a free port of 127.0.0.1 that answers as told. */
export async function serveAnswers(answer: PlannedAnswer, tls?: ServerOptions): Promise<MisbehavingServer> {
  const exchanges: Exchange[] = [];
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const { search } = new URL(request.url ?? '/', 'http://host');
    const exchange: Exchange = { query: search.slice(1), range: request.headers.range, status: 0, sentBytes: 0 };
    const turn = exchanges.push(exchange) - 1;
    const before = request.socket.bytesWritten;
    response.once('close', () => {
      exchange.status = response.statusCode;
      exchange.sentBytes = request.socket.bytesWritten - before;
    });
    void answer(response, request, turn);
  };
  const server: Server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}/store/app`,
    exchanges,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

/** Answers with a status alone, as Azure Blob Storage does. */
export function refuseWith(status: number, code = ''): PlannedAnswer {
  return (response) => {
    response.writeHead(status, { 'x-ms-error-code': code }).end('<Error>not the executable</Error>');
  };
}

/** Answers well: the whole, or the rest that a Range header asks for. `stopAt` cuts the connection at that byte of the whole. */
export function give(bytes: Buffer, { ranges = true, stopAt = bytes.length } = {}): PlannedAnswer {
  return (response, request) => {
    const start = (ranges && Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1])) || 0;
    if (start > 0) response.setHeader('Content-Range', `bytes ${start}-${bytes.length - 1}/${bytes.length}`);
    response.writeHead(start > 0 ? 206 : 200, { 'Content-Length': bytes.length - start });
    if (stopAt === bytes.length) response.end(bytes.subarray(start));
    else response.write(bytes.subarray(start, stopAt), () => response.destroy());
  };
}

/** The n-th request gets the n-th answer, and the last one ever after. */
export function inTurn(...answers: [PlannedAnswer, ...PlannedAnswer[]]): PlannedAnswer {
  return (response, request, turn) => (answers[turn] ?? answers.at(-1))?.(response, request, turn);
}
