// Azurite that counts what it is asked, by who asks: counting-azurite.ts HOST PUBLIC_HOST, started by `countingAzurite`. It counts
// within its own process, since a proxy in front would cost what is measured.
import { fork } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { startAzurite } from '../../test/support/stores/azurite-server.ts';

/** What one kind of client asked, with all headers. */
export interface Traffic {
  readonly requests: number;
  readonly errors: number;
  /** To the store. */
  readonly receivedBytes: number;
  /** From the store. */
  readonly sentBytes: number;
}

/** `runner`: pods; `itself`: the store, when it copies from one object to another; `deployer`: all others. */
type Asking = 'runner' | 'deployer' | 'itself';

type Counts = Readonly<Record<Asking, Traffic>>;

export interface CountingAzurite {
  readonly connectionString: string;
  readonly url: string;
  /** All that was answered so far. */
  counts(): Promise<Counts>;
  stop(): Promise<void>;
}

/** Starts it in a process of its own, on disk. */
export async function countingAzurite(publicHost: string, folder: string): Promise<CountingAzurite> {
  await mkdir(folder, { recursive: true });
  const child = fork(import.meta.filename, [publicHost, folder], { stdio: 'inherit' });
  const ended = once(child, 'exit');
  const first = await Promise.race([once(child, 'message'), ended]);
  const started = first[0] as Pick<CountingAzurite, 'connectionString' | 'url'>;
  if (child.exitCode !== null) throw new Error(`Azurite ended with status ${child.exitCode}`);
  return {
    ...started,
    async counts() {
      const answer = once(child, 'message');
      child.send('counts');
      return (await answer)[0] as Counts;
    },
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

/** What came between two looks. */
export function difference(after: Traffic, before: Traffic): Traffic {
  return {
    requests: after.requests - before.requests,
    errors: after.errors - before.errors,
    receivedBytes: after.receivedBytes - before.receivedBytes,
    sentBytes: after.sentBytes - before.sentBytes,
  };
}

if (import.meta.main) {
  const [publicHost = '', folder = ''] = process.argv.slice(2);
  const nothing = { requests: 0, errors: 0, receivedBytes: 0, sentBytes: 0 };
  const counts = { runner: { ...nothing }, deployer: { ...nothing }, itself: { ...nothing } };
  /** What of a connection is counted already: several requests share one. */
  const counted = new WeakMap<Socket, { receivedBytes: number; sentBytes: number }>();
  subscribe('http.server.response.finish', (message) => {
    const { request, response, socket } = message as {
      request: IncomingMessage;
      response: ServerResponse;
      socket: Socket;
    };
    const agent = request.headers['user-agent'] ?? '';
    const one = counts[agent === 'selfsame-runner' ? 'runner' : agent.includes('azsdk') ? 'deployer' : 'itself'];
    const { bytesRead: receivedBytes, bytesWritten: sentBytes } = socket;
    const before = counted.get(socket) ?? nothing;
    one.requests += 1;
    if (response.statusCode >= 400) one.errors += 1;
    one.receivedBytes += receivedBytes - before.receivedBytes;
    one.sentBytes += sentBytes - before.sentBytes;
    counted.set(socket, { receivedBytes, sentBytes });
  });
  const azurite = await startAzurite({ host: '0.0.0.0', publicHost, folder });
  process.on('message', () => void process.send?.(counts));
  process.send?.({ connectionString: azurite.connectionString, url: azurite.url });
  // Ctrl-C reaches it as well: it stays until its parent has cleaned up.
  for (const name of ['SIGINT', 'SIGHUP'] as const) process.on(name, () => undefined);
  await Promise.race([once(process, 'disconnect'), once(process, 'SIGTERM')]);
  await azurite.stop();
  process.exitCode = 0;
  if (process.connected) process.disconnect?.();
}
