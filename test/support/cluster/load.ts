// Constant requests to one address, as ordinary clients send them: none is sent twice, and whatever is not a whole answer with
// status 200 counts as failed.
import { Agent, get } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { Agent as UndiciAgent, request } from 'undici';

/** How requests are sent. */
export const kinds = ['keep-alive', 'keep-alive (undici)', 'now and then', 'new connection', '2 s long'] as const;
type Kind = (typeof kinds)[number];

/** What became of the requests of one kind. */
interface Count {
  readonly sent: number;
  readonly slowestMs: number;
  readonly failures: readonly Failure[];
}

interface Failure {
  /** As `performance.now()` counts. */
  readonly at: number;
  readonly reason: string;
}

export type Counts = Readonly<Record<Kind, Count>>;

export interface Load {
  /** What was answered so far. */
  readonly counts: () => Counts;
  /** Sends no more, and waits for what is under way. */
  stop(): Promise<Counts>;
}

/** A client: its requests follow each other. */
interface Client {
  readonly kind: Kind;
  readonly send: () => Promise<void>;
  readonly pauseMs: () => number;
}

/** Later than that an answer is of no use. */
const timeoutMs = 30_000;

/** @param url of a Service; `?ms=` behind it asks for an answer that takes so long. */
export function startLoad(url: string): Load {
  const counts = Object.fromEntries(
    kinds.map((kind) => [kind, { sent: 0, slowestMs: 0, failures: [] as Failure[] }]),
  ) as Record<Kind, { sent: number; slowestMs: number; failures: Failure[] }>;
  const { clients, pools } = clientsOf(url);
  const stopped = new AbortController();
  const working = clients.map(async ({ kind, send, pauseMs }) => {
    const count = counts[kind];
    while (!stopped.signal.aborted) {
      const at = performance.now();
      count.sent += 1;
      await send().catch((error: unknown) => count.failures.push({ at, reason: reasonOf(error) }));
      count.slowestMs = Math.max(count.slowestMs, performance.now() - at);
      await wait(pauseMs(), undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  });
  return {
    counts: () => structuredClone(counts),
    async stop() {
      stopped.abort();
      await Promise.all(working);
      for (const pool of pools) await pool.destroy();
      return counts;
    },
  };
}

function clientsOf(url: string) {
  const pool = new Agent({ keepAlive: true });
  // As long between two requests as servers usually keep a connection: that is when they end it under the next one.
  const seldom = new Agent({ keepAlive: true });
  const undici = new UndiciAgent();
  const makers: Readonly<Record<Kind, { clients: number; client: Omit<Client, 'kind'> }>> = {
    'keep-alive': { clients: 4, client: { send: async () => fetchWhole(url, pool), pauseMs: () => 20 } },
    'keep-alive (undici)': { clients: 4, client: { send: async () => undiciWhole(url, undici), pauseMs: () => 20 } },
    'now and then': {
      clients: 8,
      client: { send: async () => fetchWhole(url, seldom), pauseMs: () => 7_000 * Math.random() },
    },
    'new connection': { clients: 4, client: { send: async () => fetchWhole(url, false), pauseMs: () => 20 } },
    '2 s long': { clients: 8, client: { send: async () => fetchWhole(`${url}?ms=2000`, pool), pauseMs: () => 0 } },
  };
  return {
    clients: kinds.flatMap((kind) => {
      const { clients, client } = makers[kind];
      return Array.from({ length: clients }, () => ({ kind, ...client }));
    }),
    pools: [pool, seldom, undici],
  };
}

/** @throws {Error} unless all of the answer came. */
async function fetchWhole(url: string, agent: Agent | false): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const sent = get(url, { agent, signal: AbortSignal.timeout(timeoutMs) }, (response) => {
    let bytes = 0;
    response.on('data', (chunk: Buffer) => (bytes += chunk.length));
    response.on('error', reject);
    response.on('end', () => {
      const { statusCode, headers, complete } = response;
      const isWhole = complete && bytes === Number(headers['content-length']);
      if (statusCode !== 200) reject(new Error(`status ${statusCode}`));
      else if (isWhole) resolve();
      else reject(new Error('half an answer'));
    });
  });
  sent.on('error', reject);
  return promise;
}

async function undiciWhole(url: string, dispatcher: UndiciAgent): Promise<void> {
  const { statusCode, headers, body } = await request(url, { dispatcher, signal: AbortSignal.timeout(timeoutMs) });
  const { byteLength } = await body.arrayBuffer();
  if (statusCode !== 200) throw new Error(`status ${statusCode}`);
  if (byteLength !== Number(headers['content-length'])) throw new Error('half an answer');
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === undefined || message.includes(code) ? message : `${code}: ${message}`;
}
