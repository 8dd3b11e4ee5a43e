import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import { Server as NetServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeListeners, isSecure, type HttpServer } from './http-server.ts';

export interface DrainOptions {
  /**
   * How long to go on accepting after the signal, and after the last request since, in milliseconds. 0 where clients are
   * sent nowhere else: then only requests under way are waited for.
   */
  readonly lingerMs: number;
  /** How long requests under way may take to finish, in milliseconds. */
  readonly drainMs: number;
}

/** How a server ends without a client noticing. */
export interface Drain {
  /** Closes the door when nobody comes any more, then what is open once it is done. */
  readonly drain: (options: DrainOptions) => Promise<void>;
  /** Fulfilled once the server has closed, whoever closed it. */
  readonly closed: Promise<void>;
}

/**
 * In a cluster: how long news of a pod's end takes to reach everyone who sends to it, with a margin for busy machines. A
 * preStop hook would wait likewise, but one that sleeps needs Kubernetes 1.30, and one that runs a program a program.
 */
export const clusterLingerMs = 5_000;

/** What `drain` of an application is if it does not say. */
const defaultDrainSeconds = 20;

/** A day: what hangs longer than that is no request. */
const longestDrainSeconds = 86_400;

export function drainMsOf({ drain = defaultDrainSeconds }: { readonly drain?: number }): number {
  return drain * 1000;
}

/**
 * What a pod needs between SIGTERM and SIGKILL: all of the above, and a moment to end. With the default it is 30 s, which is
 * Kubernetes' own, and what drained nodes, spot machines and autoscalers reckon with.
 */
export function gracePeriodSeconds(app: { readonly drain?: number }): number {
  return Math.ceil((clusterLingerMs + drainMsOf(app)) / 1000) + 5;
}

/** True for a time that a pod can be given to drain. */
export function isDrain(seconds: number): boolean {
  return seconds >= 0 && seconds <= longestDrainSeconds;
}

/** Long enough for the first request of a connection that was accepted as the door closed. */
const firstRequestMs = 1_000;

/** What is written has left long before, where somebody reads it. */
const farewellMs = 500;

/**
 * Keeps count of what is under way: Node cuts no upgraded connection off, and shows nobody the answers not begun yet.
 *
 * The server's own `close` does what it did, but it does not cut the drain short, and it succeeds once after the drain.
 *
 * Call it before the server listens, or before it has any connection.
 *
 * @param ending aborts when the server is to end; the drain follows.
 */
export function drainOf(server: HttpServer, ending: AbortSignal): Drain {
  const sockets = new Set<Socket>();
  const sessions = new Set<ServerHttp2Session>();
  const answers = new Map<ServerResponse, IncomingMessage>();
  const streams = new Set<ServerHttp2Stream>();
  const last = { arrivalAt: 0, connectionAt: 0, promiseAt: 0 };
  /** Of TLS: the connections below the sockets. */
  const carriers = new Set<Socket>();
  const { isClosed, closed } = closingOf(server, ending);
  let changed = Promise.withResolvers<void>();
  const tellChange = (): void => {
    changed.resolve();
    changed = Promise.withResolvers();
  };

  beforeListeners(server, {
    connection(socket: Socket) {
      last.connectionAt = performance.now();
      remember(isSecure(server) ? carriers : sockets, socket);
    },
    secureConnection: (socket: Socket) => remember(sockets, socket),
    session: (session: ServerHttp2Session) => remember(sessions, session),
    stream(stream: ServerHttp2Stream, headers: IncomingMessage['headers']) {
      remember(streams, stream);
      if (!isProbe({ url: headers[':path'] as string | undefined, headers })) last.arrivalAt = performance.now();
      stream.once('close', tellChange);
    },
    request(request: IncomingMessage, response: ServerResponse) {
      // Its stream was seen.
      if (request.httpVersionMajor > 1) return;
      answers.set(response, request);
      if (!isProbe(request)) last.arrivalAt = performance.now();
      if (ending.aborted) sayGoodbye(response);
      response.once('close', () => {
        answers.delete(response);
        if (response.shouldKeepAlive) last.promiseAt = performance.now();
        tellChange();
      });
    },
  });

  /** An event stream is under way for ever: nobody waits for its end. */
  const isUnderWay = (): boolean =>
    streams.size > 0 || [...answers].some(([response, request]) => !isEventStream(request, response));

  return {
    closed,

    async drain({ lingerMs, drainMs }) {
      if (isClosed()) return;
      for (const response of answers.keys()) sayGoodbye(response);
      const askedAt = performance.now();
      const cutAt = askedAt + lingerMs + drainMs;

      // That an endpoint is gone is news that travels: to the proxy of every node, to load balancers outside. Who has not
      // heard it still sends requests, so the door stays open while they come; if this was the only replica, until there is
      // another. Half of the time to finish is left for the last of them.
      await passed(() => Math.min(Math.max(askedAt, last.arrivalAt) + lingerMs, cutAt - drainMs / 2), closed);
      // The door alone: close() of HTTP would also end idle connections, just when a request may be on its way to us.
      NetServer.prototype.close.call(server);
      for (const session of sessions) session.close();

      // A client may use a connection again for as long as the last answer on it promised; Node itself ends it then.
      const promisedMs = 'keepAliveTimeout' in server ? server.keepAliveTimeout + server.keepAliveTimeoutBuffer : 0;
      const quietAt = (): number => Math.max(last.promiseAt + promisedMs, last.connectionAt + firstRequestMs);
      const doneAt = (): number => Math.min(isUnderWay() ? Infinity : lingerMs === 0 ? 0 : quietAt(), cutAt);
      await passed(doneAt, closed, () => changed.promise);

      for (const [response, request] of answers) if (isEventStream(request, response)) finish(response);
      // What is upgraded or was just answered still gets what was written, unless nobody takes it.
      for (const socket of sockets) socket.destroySoon();
      const late = setTimeout(() => {
        for (const socket of [...sockets, ...carriers]) socket.destroy();
      }, farewellMs);
      await closed;
      clearTimeout(late);
    },
  };
}

/** Keeps something until it closes. */
function remember<T extends { once(event: 'close', listener: () => void): unknown }>(all: Set<T>, one: T): void {
  all.add(one);
  one.once('close', () => all.delete(one));
}

/** The server's `close`, around a drain. */
function closingOf(server: HttpServer, ending: AbortSignal) {
  const close = Reflect.get(server, 'close') as (done?: (error?: Error) => void) => HttpServer;
  const state = { isClosed: false, isAsked: false };
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  server.once('close', () => {
    state.isClosed = true;
    resolve();
  });
  const closeInOrder = (done?: (error?: Error) => void): HttpServer => {
    if (!ending.aborted || state.isAsked) return Reflect.apply(close, server, [done]);
    state.isAsked = true;
    if (state.isClosed) setImmediate(() => done?.());
    else server.once('close', () => done?.());
    return server;
  };
  server.close = closeInOrder as typeof server.close;
  return { closed, isClosed: () => state.isClosed };
}

/** Keep-alive clients are told to go elsewhere with their next answer, not by a reset. */
function sayGoodbye(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}

/** A kubelet, or whoever asks how we are: nobody whom a proxy sent. */
function isProbe({ url, headers }: { url?: string | undefined; headers: IncomingMessage['headers'] }): boolean {
  return url?.startsWith('/selfsame') === true || headers['user-agent']?.startsWith('kube-probe/') === true;
}

/** Its client connects again by itself when it ends: https://html.spec.whatwg.org/multipage/server-sent-events.html */
function isEventStream({ headers }: IncomingMessage, response: ServerResponse): boolean {
  const type = 'text/event-stream';
  return headers.accept?.includes(type) === true || String(response.getHeader('Content-Type')).startsWith(type);
}

/** Ends an answer that would go on; what the application writes to it later is lost. */
function finish(response: ServerResponse): void {
  response.on('error', () => undefined).end();
}

/** Waits until a moment that may move is over, or something has ended; looks again whenever something changed. */
async function passed(
  moment: () => number,
  ended: Promise<unknown>,
  changed: () => Promise<void> | undefined = () => undefined,
): Promise<void> {
  const ending = new AbortController();
  const over = ended.then(() => ending.abort());
  for (let now = performance.now(); !ending.signal.aborted && now < moment(); now = performance.now()) {
    // Open doors and connections keep the process alive, not the wait: an application may close them itself.
    const timer = wait(moment() - now, undefined, { ref: false });
    await Promise.race([over, timer, changed() ?? timer]);
  }
}
