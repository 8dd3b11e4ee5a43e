// How long from the start of the server to its first answer, and what does it hold in memory then, against the same server
// as a plain script?
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import getPort from 'get-port';
import { runtimes } from '../../src/executable/runtimes/runtimes-table.ts';
import { hostTarget, linuxTargets } from '../../src/shared/target.ts';
import { alternate, memoryOf, processorMsOf, residentFrom, type Memory } from '../tools/measure.ts';
import { memoryRow, type Row } from '../tools/table.ts';
import type { Bench } from './suite.ts';

interface Start extends Memory {
  readonly ms: number;
  readonly processorMs: number;
  /** Of the executable's second part, which is the application's own with the deploying half. */
  readonly tailBytes: number;
}

export async function startSuite({ executable, runs }: Bench): Promise<Row[]> {
  const script = join(import.meta.dirname, '../tools/server.cjs');
  const [ours = [], theirs = []] = await alternate(
    [
      { run: async () => started((port) => [executable, '--http', `:${port}`]) },
      { run: async () => started(() => [process.execPath, script]) },
    ],
    runs,
  );
  const plain = rowsOf('plain script', theirs);
  const { first, processor, idle, anonymous, tail } = rowsOf('hello-world', ours);
  return [
    { ...first, against: plain.first, goal: { ratio: 1.15 } },
    { ...processor, against: plain.processor },
    { ...idle, against: plain.idle, goal: { ratio: 1.15 } },
    anonymous,
    tail,
    plain.first,
    plain.processor,
    plain.idle,
    plain.anonymous,
  ];
}

function rowsOf(name: string, starts: readonly Start[]) {
  const all = (field: keyof Start): number[] => starts.map((start) => start[field]);
  const first: Row = { what: `${name} to first answer`, unit: 'ms', samples: all('ms') };
  const processor: Row = { what: `${name}, on a processor`, unit: 'ms', samples: all('processorMs') };
  const idle = memoryRow(`${name} idle, resident`, all('residentBytes'));
  const of = idle.what;
  const anonymous = memoryRow('of it not out of a file', all('anonymousBytes'), { of });
  const tail = memoryRow('of it its own 3 MB, with the deploying half', all('tailBytes'), { of });
  return { first, processor, idle, anonymous, tail };
}

/** Starts a server on a free port, asks until it answers, looks at its memory and ends it. */
async function started(command: (port: number) => [file: string, ...words: string[]]): Promise<Start> {
  const port = await getPort();
  const [file, ...words] = command(port);
  const startedAt = performance.now();
  const child = spawn(file, words, { stdio: 'ignore', env: { ...process.env, PORT: String(port) } });
  const ended = once(child, 'exit');
  try {
    while (!(await answers(port))) {
      if (child.exitCode !== null) throw new Error(`Exit status ${child.exitCode} of ${file} ${words.join(' ')}`);
    }
    const ms = performance.now() - startedAt;
    const processorMs = processorMsOf(child);
    return { ms, processorMs, ...(await idleMemory(child)) };
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

/** Asks once. The less a question costs, the less it slows the start that it waits for: a socket, no HTTP client. */
async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return answer.toString('latin1').startsWith('HTTP/1.1 200 ');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error;
    await wait(1);
    return false;
  } finally {
    socket.destroy();
  }
}

/** Once it has stayed the same for a while. */
async function idleMemory(child: ChildProcess): Promise<Pick<Start, keyof Memory | 'tailBytes'>> {
  const look = (): Memory | undefined => memoryOf(child);
  let before = look();
  for (;;) {
    await wait(200);
    const now = look();
    if (now === undefined) throw new Error('The server ended by itself');
    if (now.residentBytes === before?.residentBytes) return { ...now, tailBytes: residentFrom(child, tailOffset()) };
    before = now;
  }
}

function tailOffset(): number {
  const target = linuxTargets.find((known) => known === hostTarget());
  if (target === undefined) throw new Error('Only on Linux does a file of ours have a tail');
  return runtimes[target].prefix.sizeBytes;
}
