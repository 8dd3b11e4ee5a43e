import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { json as jsonIn } from 'node:stream/consumers';
import { Agent, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';

/** A way to a real server that can be stopped at one request, so that something happens at exactly that moment. */
export interface Gate {
  readonly port: number;
  /** Requests that came, as `METHOD PATH`. */
  readonly requests: readonly string[];
  /** Holds the next request that matches, for ever; resolves when it is held. */
  hold(wanted: RegExp, options?: HoldOptions): Promise<void>;
  /** From now on nothing gets through. */
  shut(): void;
  /** Everything gets through again. */
  open(): void;
  /** Makes another answer of one in JSON that has an end. */
  edit: ((answer: unknown) => unknown) | undefined;
  /** Called with every request: what becomes of it, where it does not simply pass. */
  fault: ((request: IncomingMessage) => GateFault | undefined) | undefined;
  close(): void;
}

export interface HoldOptions {
  /** Matches only after a request that matches this. */
  readonly after?: RegExp;
  /** True: the server gets it, and its answer is held. */
  readonly isDone?: boolean;
}

/** What becomes of one request. */
export interface GateFault {
  /** True: the server gets it, and does it. */
  readonly isDone: boolean;
  /** Whoever asked gets the answer of the server, none for ever, loses the connection, or is told something else. */
  readonly answer: 'theirs' | 'none' | 'broken' | OtherAnswer;
  /** True: the first byte of what was sent arrives as another. */
  readonly isSpoilt?: true;
  /** Called once it is done, with the status of that, or would have been. */
  readonly reached: (status?: number) => void;
}

interface OtherAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Hold extends HoldOptions {
  readonly wanted: RegExp;
  readonly held: () => void;
  isArmed: boolean;
}

interface Server {
  readonly url: string;
  /** Sent along with each request. */
  readonly credentials?: Readonly<Record<string, string>>;
  readonly agent?: Agent;
}

/** @param host that it listens on. */
export async function gateTo({ url, credentials, agent }: Server, host = '127.0.0.1'): Promise<Gate> {
  const requests: string[] = [];
  let hold: Hold | undefined;
  let isShut = false;
  const send = url.startsWith('https:') ? httpsRequest : httpRequest;

  function pass(
    request: IncomingMessage,
    response: ServerResponse,
    answered: (status?: number) => boolean,
    body: Readable = request,
  ): void {
    const { method } = request;
    const headers = { ...request.headers, ...credentials };
    const upstream = send(new URL(request.url ?? '/', url), { method, headers, ...(agent && { agent }) }, (answer) => {
      if (!answered(answer.statusCode)) {
        answer.resume();
        return;
      }
      const isWhole =
        answer.headers['content-type'] === 'application/json' && !/[?&]watch=true/.test(request.url ?? '');
      if (gate.edit !== undefined && isWhole) {
        // Broken off, where nobody waits for it any more.
        edited(answer, response, gate.edit).catch(() => response.destroy());
      } else {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      }
      answer.on('error', () => response.destroy());
    });
    upstream.on('error', () => response.destroy());
    response.on('close', () => upstream.destroy());
    body.pipe(upstream);
  }

  const server = createServer((request, response) => {
    if (isShut) return void request.socket.resetAndDestroy();
    const line = `${request.method} ${request.url}`;
    requests.push(line);
    const fault = gate.fault?.(request);
    if (fault !== undefined) {
      const settled = (status?: number): boolean => {
        const { answer } = fault;
        fault.reached(status);
        if (answer === 'broken') request.socket.resetAndDestroy();
        else if (typeof answer === 'object') response.writeHead(answer.status, answer.headers).end(answer.body);
        return answer === 'theirs';
      };
      if (fault.isDone)
        return pass(request, response, settled, fault.isSpoilt ? Readable.from(spoilt(request)) : request);
      // Its body is read: a client that still writes would see a broken connection.
      request.resume().on('end', () => settled());
      return;
    }
    const isHeld = hold?.isArmed === true && hold.wanted.test(line);
    if (hold?.after?.test(line)) hold.isArmed = true;
    if (!isHeld) return pass(request, response, () => true);
    const { held, isDone = false } = hold ?? {};
    hold = undefined;
    if (!isDone) return held?.();
    pass(request, response, () => {
      held?.();
      return false;
    });
  });
  server.listen(0, host);
  await once(server, 'listening');
  const gate: Gate = {
    edit: undefined,
    fault: undefined,
    port: (server.address() as AddressInfo).port,
    requests,
    async hold(wanted, options = {}) {
      const { promise, resolve } = Promise.withResolvers<void>();
      hold = { ...options, wanted, held: resolve, isArmed: options.after === undefined };
      await promise;
    },
    shut() {
      isShut = true;
      server.closeAllConnections();
    },
    open() {
      hold = undefined;
      isShut = false;
    },
    close() {
      server.closeAllConnections();
      server.close();
      agent?.destroy();
    },
  };
  return gate;
}

async function* spoilt(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let isFirst = true;
  for await (const chunk of body) {
    yield isFirst ? Buffer.concat([Buffer.of((chunk[0] ?? 0) ^ 1), chunk.subarray(1)]) : chunk;
    isFirst = false;
  }
}

async function edited(
  answer: IncomingMessage,
  response: ServerResponse,
  edit: (answer: unknown) => unknown,
): Promise<void> {
  const body = JSON.stringify(edit(await jsonIn(answer)));
  response.writeHead(answer.statusCode ?? 502, { 'content-type': 'application/json' }).end(body);
}

/** A gate to the API server of a kubeconfig, which needs no credentials: it has them. */
export async function gateToCluster(kubeconfig: string): Promise<Gate> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const { server = '', caData, caFile } = config.getCurrentCluster() ?? {};
  const { certData, certFile, keyData, keyFile, token } = config.getCurrentUser() ?? {};
  const pem = async (data?: string, file?: string): Promise<Buffer | undefined> =>
    data !== undefined ? Buffer.from(data, 'base64') : file === undefined ? undefined : readFile(file);
  const [ca, cert, key] = await Promise.all([pem(caData, caFile), pem(certData, certFile), pem(keyData, keyFile)]);
  const credentials = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return gateTo({ url: server, credentials, agent: new Agent({ ca, cert, key, keepAlive: true }) });
}
