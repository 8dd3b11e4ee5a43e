// Starts an application, waits until it serves or has printed enough, and stops it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

export interface SampleCommand {
  readonly words: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface RunningSample {
  /** Milliseconds from its start until a port takes connections, or until it has printed what is waited for. */
  readonly until: (what: number | RegExp) => Promise<number>;
  /** All that it has printed. */
  readonly output: () => string;
  /** Waits for its end. @returns its exit status, or the signal that ended it. */
  readonly ended: () => Promise<number | string>;
  /** Tells it to stop, and waits. */
  readonly stop: () => Promise<number | string>;
  /** Ends what is left of it. @returns true if something was. */
  readonly sweep: () => boolean;
}

const running = new Set<RunningSample>();
// Each is in a group of its own, which a terminal does not reach.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    for (const each of running) each.sweep();
    process.kill(process.pid, signal);
  });
}

export function startSample({ words: [file = '', ...words], cwd, env }: SampleCommand): RunningSample {
  const started = performance.now();
  const child = spawn(file, words, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let printed = '';
  const take = (text: Buffer): string => (printed += text.toString());
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  let status: number | string | undefined;
  const exit = once(child, 'exit').then(([code, signal]) => (status = (code ?? signal) as number | string));
  const withinMs = async (ms: number): Promise<number | string> =>
    Promise.race([exit, wait(ms, 'did not end', { ref: false })]);
  const sample: RunningSample = {
    async until(what) {
      for (;;) {
        if (typeof what === 'number' ? await isOpen(what) : what.test(printed)) return performance.now() - started;
        if (status !== undefined) throw new Error(`It ended with ${status}`);
        if (performance.now() - started > 90_000) throw new Error(`It does not get ready`);
        await wait(5);
      }
    },
    output: () => printed,
    async ended() {
      const end = await withinMs(60_000);
      // What it printed last may still be in the pipe.
      await wait(20);
      return end;
    },
    async stop() {
      child.kill('SIGTERM');
      return withinMs(15_000);
    },
    sweep() {
      running.delete(sample);
      try {
        process.kill(-(child.pid ?? 0), 'SIGKILL');
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
        throw error;
      }
    },
  };
  running.add(sample);
  return sample;
}

/** The first and the last lines of what may be long. */
export function excerpt(text: string): string {
  const lines = text
    .trim()
    .split('\n')
    .map((line) => line.slice(0, 300));
  return (lines.length > 24 ? [...lines.slice(0, 12), '…', ...lines.slice(-12)] : lines).join('\n');
}

/** @returns a port that nothing listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error;
    return false;
  } finally {
    socket.destroy();
  }
}
