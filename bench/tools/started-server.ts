// Starts a server, asks until it answers, looks at its memory and ends it.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import getPort from 'get-port';
import { memoryOf, processorMsOf, type Memory } from './measure.ts';

export interface ServerCommand {
  readonly words: readonly [file: string, ...words: string[]];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** What is asked of it, by GET. */
export interface FirstQuestion {
  readonly path: string;
  /** A header, `name: value`. */
  readonly header?: string;
}

export interface ServerStart extends Memory {
  /** From its start to its first answer. */
  readonly ms: number;
  readonly processorMs: number;
}

/**
 * @param command of a server on the given port, which is also PORT in its environment.
 * @param atRest looks at its process once its memory stays as it is.
 */
export async function startedServer<Seen extends object>(
  command: (port: number) => ServerCommand,
  { question = { path: '/' }, atRest }: { question?: FirstQuestion; atRest: (child: ChildProcess) => Seen },
): Promise<ServerStart & Seen> {
  const port = await getPort();
  const { words, env, cwd } = command(port);
  const [file, ...others] = words;
  const startedAt = performance.now();
  const child = spawn(file, others, {
    stdio: 'ignore',
    env: { ...process.env, PORT: String(port), ...env },
    ...(cwd !== undefined && { cwd }),
  });
  const ended = once(child, 'exit');
  try {
    while (!(await answers(port, question))) {
      if (child.exitCode !== null) throw new Error(`Exit status ${child.exitCode} of ${words.join(' ')}`);
    }
    const ms = performance.now() - startedAt;
    const processorMs = processorMsOf(child);
    return { ms, processorMs, ...(await idleMemory(child)), ...atRest(child) };
  } finally {
    child.kill('SIGTERM');
    const isGone = await Promise.race([ended.then(() => true), wait(10_000, false, { ref: false })]);
    if (!isGone) child.kill('SIGKILL');
    await ended;
  }
}

/** Asks once. The less a question costs, the less it slows the start that it waits for: a socket, no HTTP client. */
async function answers(port: number, { path, header }: FirstQuestion): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    const headers = ['Host: localhost', ...(header === undefined ? [] : [header]), 'Connection: close'];
    socket.write(`GET ${path} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return answer.toString('latin1').startsWith('HTTP/1.1 200 ');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ECONNREFUSED' && code !== 'ECONNRESET') throw error;
    await wait(1);
    return false;
  } finally {
    socket.destroy();
  }
}

/** Once it has stayed the same for a while; some never rest. */
async function idleMemory(child: ChildProcess): Promise<Memory> {
  let before = memoryOf(child);
  for (let looks = 0; ; looks += 1) {
    await wait(200);
    const now = memoryOf(child);
    if (now === undefined) throw new Error('The server ended by itself');
    if (now.residentBytes === before?.residentBytes || looks === 10) return now;
    before = now;
  }
}
