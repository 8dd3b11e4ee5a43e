import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as NetServer, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

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
  drain(options: DrainOptions): Promise<void>;
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
 * Call it once the server has its listeners, and before it listens.
 */
export function drainOf(server: Server): Drain {
  const sockets = new Set<Socket>();
  const answers = new Map<ServerResponse, IncomingMessage>();
  const last = { arrivalAt: 0, connectionAt: 0, promiseAt: 0 };
  let isEnding = false;
  let changed = Promise.withResolvers<void>();

  server.on('connection', (socket) => {
    last.connectionAt = performance.now();
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.prependListener('request', (request, response) => {
    answers.set(response, request);
    if (!isProbe(request)) last.arrivalAt = performance.now();
    if (isEnding) sayGoodbye(response);
    response.once('close', () => {
      answers.delete(response);
      if (response.shouldKeepAlive) last.promiseAt = performance.now();
      changed.resolve();
      changed = Promise.withResolvers();
    });
  });

  /** An event stream is under way for ever: nobody waits for its end. */
  const isUnderWay = (): boolean => [...answers].some(([response, request]) => !isEventStream(request, response));

  return {
    async drain({ lingerMs, drainMs }) {
      isEnding = true;
      for (const response of answers.keys()) sayGoodbye(response);
      const closed = once(server, 'close');
      const askedAt = performance.now();
      const cutAt = askedAt + lingerMs + drainMs;

      // That an endpoint is gone is news that travels: to the proxy of every node, to load balancers outside. Who has not
      // heard it still sends requests, so the door stays open while they come; if this was the only replica, until there is
      // another. Half of the time to finish is left for the last of them.
      await passed(() => Math.min(Math.max(askedAt, last.arrivalAt) + lingerMs, cutAt - drainMs / 2), closed);
      // The door alone: close() of HTTP would also end idle connections, just when a request may be on its way to us.
      NetServer.prototype.close.call(server);

      // A client may use a connection again for as long as the last answer on it promised; Node itself ends it then.
      const promisedMs = server.keepAliveTimeout + server.keepAliveTimeoutBuffer;
      const quietAt = (): number => Math.max(last.promiseAt + promisedMs, last.connectionAt + firstRequestMs);
      const doneAt = (): number => Math.min(isUnderWay() ? Infinity : lingerMs === 0 ? 0 : quietAt(), cutAt);
      await passed(doneAt, closed, () => changed.promise);

      for (const [response, request] of answers) if (isEventStream(request, response)) finish(response);
      // What is upgraded or was just answered still gets what was written, unless nobody takes it.
      for (const socket of sockets) socket.destroySoon();
      const late = setTimeout(() => sockets.forEach((socket) => socket.destroy()), farewellMs);
      await closed;
      clearTimeout(late);
    },
  };
}

/** Keep-alive clients are told to go elsewhere with their next answer, not by a reset. */
function sayGoodbye(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}

/** A kubelet, or whoever asks how we are: nobody whom a proxy sent. */
function isProbe({ url, headers }: IncomingMessage): boolean {
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
