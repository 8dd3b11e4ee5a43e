// One at a time on this machine, without anything that a killed process could leave behind.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Waits until no other process of this machine holds the lock, and takes it. It goes with the process that has it, however that
 * ends: the lock is a socket that listens, and who waits is connected to it.
 *
 * @param onWait called once if another has it.
 */
export async function machineLock(what: string, onWait: () => void): Promise<AsyncDisposable> {
  const path = pathFor(createHash('sha256').update(what).digest('hex').slice(0, 16));
  let isTold = false;
  const tell = (): void => {
    if (!isTold) onWait();
    isTold = true;
  };
  for (;;) {
    const lock = await listening(path);
    if (lock !== undefined) return lock;
    // A file of a process that is gone stays; an abstract socket leaves none.
    if (!(await endOfHolder(path, tell))) await rm(path, { force: true });
  }
}

/** An abstract socket where there are such, a pipe on Windows: both go with their process. Else a file. */
function pathFor(id: string): string {
  if (process.platform === 'linux') return `\0selfsame-${id}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\selfsame-${id}` : join(tmpdir(), `selfsame-${id}.lock`);
}

/** Undefined if another listens there. */
async function listening(path: string): Promise<AsyncDisposable | undefined> {
  const waiting = new Set<Socket>();
  // Whoever waits stays connected, and needs no answer.
  const server = createServer((socket) => {
    waiting.add(socket.unref());
    socket.on('error', () => undefined).on('close', () => waiting.delete(socket));
  }).unref();
  try {
    server.listen(path);
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
  return {
    async [Symbol.asyncDispose]() {
      const ended = once(server, 'close');
      server.close();
      for (const socket of waiting) socket.destroy();
      await ended;
    },
  };
}

/** Waits for the end of the process that holds the lock; false if there was none to wait for. */
async function endOfHolder(path: string, onConnected: () => void): Promise<boolean> {
  const socket = connect(path);
  let isConnected = false;
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  // A holder that is killed shows as an error, and then as the end.
  socket.on('error', () => undefined).on('close', () => resolve());
  socket.on('connect', () => {
    isConnected = true;
    onConnected();
  });
  // Nothing is sent; without a reader its end would not be seen.
  socket.resume();
  await ended;
  return isConnected;
}
