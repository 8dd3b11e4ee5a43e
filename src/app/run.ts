import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseAddress, type Address } from './address.ts';
import { adoptServers } from './adopt.ts';
import { applicationOptions, type Application, type RunContext } from './application.ts';
import { clusterLingerMs, drainMsOf, type DrainOptions } from './drain.ts';
import { takeEndSignals } from './end-signals.ts';
import { type HttpServer, isHttpServer, isSecure } from './http-server.ts';
import { ownVersion } from './identity.ts';
import { serve, type AttendOptions } from './serve.ts';

/** Of the moment that a pod has left after the drain, what handlers of the application may take. */
const handlersMs = 4_000;

/**
 * How an application ended: `idle` if it has nothing more to do, as any program of Node.js ends; `ended` by a signal, and then
 * the process is to end whatever is left in its loop.
 */
export type ApplicationEnd = 'idle' | 'ended';

/** What `run` and `main` have in common. */
interface Running extends AttendOptions, DrainOptions {
  readonly app: Application;
  readonly options: RunContext['options'];
  /** Of the definition; undefined if it has none. */
  readonly address: Address | undefined;
  readonly say: (line: string) => void;
}

/**
 * Runs the application here, until nothing is left to do or a signal ends it.
 *
 * @param argv the application's own words.
 * @param say takes a line for people.
 * @throws what the application throws; the process is to end then, too.
 */
export async function runApplication(
  app: Application,
  argv: readonly string[],
  say: (line: string) => void,
): Promise<ApplicationEnd> {
  takeFileName();
  const options = applicationOptions(app, argv);
  const text = app.address?.(options);
  const address = text === undefined ? undefined : { ...parseAddress(text), ...portOverride() };
  const { signal, callHandlers, release } = takeEndSignals();
  const lingerMs = process.env['KUBERNETES_SERVICE_HOST'] === undefined ? 0 : clusterLingerMs;
  const running: Running = { app, options, address, say, name: app.name, signal, lingerMs, drainMs: drainMsOf(app) };
  const idle = new Promise<void>((resolve) => process.once('beforeExit', () => resolve()));
  const signalled = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  try {
    const { failed, drained, done } = app.main === undefined ? startRun(running) : startMain(running, app.main);
    const how = await Promise.race([failed, signalled.then(() => 'ended' as const), idle.then(() => 'idle' as const)]);
    if (how === 'idle') return how;
    const late = lateAfter(lingerMs + running.drainMs + handlersMs);
    await Promise.race([failed, drained(), idle]);
    // With them: what it waits for may be one of them.
    await Promise.race([failed, Promise.all([callHandlers({ late, done: done ?? never }), done]), idle]);
    return how;
  } finally {
    release();
  }
}

/** A runner executes the file that it has open, and the system calls the process by that number: tools show its name instead. */
function takeFileName(): void {
  if (process.platform !== 'linux' || process.env['SELFSAME_RUNNER_SHA256'] === undefined) return;
  try {
    writeFileSync('/proc/self/comm', basename(process.execPath));
  } catch {
    // It is for people, and not every sandbox has it.
  }
}

/** What was started. */
interface Started {
  readonly failed: Promise<never>;
  /** Waits until no server has requests under way, after a signal. */
  readonly drained: () => Promise<unknown>;
  /** Fulfilled when the application says that it is done; absent where that says nothing. */
  readonly done?: Promise<unknown>;
}

const never = new Promise<never>(() => undefined);

function startRun(running: Running): Started {
  const { app, options, signal, address, say } = running;
  const served: Promise<void>[] = [];
  const work = begin(async () =>
    app.run?.({
      options,
      signal,
      version: ownVersion,
      async serve(server) {
        const serving = serve(server, {
          ...running,
          address: address ?? freeAddress(server),
          onListening: (url) => say(`${app.name}: serving on ${url}`),
        });
        served.push(serving);
        await serving;
      },
    }),
  );
  const done = work.catch(() => undefined);
  return { failed: failureOf(work, signal), drained: async () => Promise.allSettled(served), done };
}

function startMain(running: Running, main: () => unknown): Started {
  const { app, signal, address, say } = running;
  const { promise: refused, reject } = Promise.withResolvers<never>();
  const forced = address ?? portOverride();
  if (forced.port !== undefined) process.env['PORT'] = String(forced.port);
  const { drain } = adoptServers({
    ...running,
    address: forced,
    decidesHost: address !== undefined,
    onListening({ url, port }) {
      say(`${app.name}: serving on ${url}`);
      if (address === undefined) say(`${app.name}: ${undeclared(port)}`);
    },
    onRefused: reject,
  });
  return { failed: Promise.race([refused, failureOf(begin(main), signal)]), drained: drain };
}

function undeclared(port: number): string {
  return `its definition has no address, so that a deploy makes neither a Service nor probes. Add address: () => ':${port}'.`;
}

/** Starts something that may throw at once. */
async function begin(work: () => unknown): Promise<unknown> {
  return work();
}

/** Rejects when the work does, and never settles otherwise. */
async function failureOf(work: Promise<unknown>, signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  work.catch((error: unknown) => {
    // A wait that was given the signal ends like this: that is what it was given for.
    if (!signal.aborted || (error as Error | undefined)?.name !== 'AbortError') reject(error);
  });
  return promise;
}

/** Aborts after a time that does not keep the process. */
function lateAfter(milliseconds: number): AbortSignal {
  const late = new AbortController();
  void wait(milliseconds, undefined, { ref: false }).then(() => late.abort());
  return late.signal;
}

/** For a server whose application has no address. */
function freeAddress(server: HttpServer): Address {
  return { ...(isHttpServer(server) && isSecure(server) && { scheme: 'https' }), port: 0, ...portOverride() };
}

/** `--local` gives each replica a port of its own, by the environment. */
function portOverride(): { port?: number } {
  const port = process.env['SELFSAME_PORT'];
  return port === undefined ? {} : { port: parseAddress(port).port };
}
