import { randomBytes } from 'node:crypto';
import { expect } from '@jest/globals';

/** An API server that takes plain HTTP, and a namespace there. */
export interface ApiPlace {
  readonly url: string;
  readonly namespace: string;
}

export interface ApiReply {
  readonly status: number;
  readonly body: ApiBody;
}

/** What the claims look at of an object, a list or a Status. */
export interface ApiBody {
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation?: number;
    readonly continue?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly managedFields?: object[];
  };
  readonly items: readonly ApiBody[] | null;
  readonly [field: string]: unknown;
}

interface ApiCallOptions {
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly body?: unknown;
  readonly type?: string;
  readonly accept?: string;
}

/** Calls of the Kubernetes API as they are, without a client in between. */
export interface ApiCalls {
  readonly call: (method: string, path: string, options?: ApiCallOptions) => Promise<ApiReply>;
  /** As text, with GET. */
  readonly read: (path: string, query?: ApiCallOptions['query']) => Promise<{ status: number; text: string }>;
  /** Reads a watch until so many events have come, or one that is wanted, or its end. */
  readonly events: (path: string, query: ApiCallOptions['query'], options: ReadOptions) => Promise<WatchedEvent[]>;
  /** Makes a ConfigMap. */
  readonly create: (
    data: object,
    metadata?: { name?: string; labels?: Readonly<Record<string, string>> },
  ) => Promise<ApiBody>;
  /** The path of a collection in the namespace, or of an object in it. */
  readonly at: (plural: string, name?: string) => string;
}

interface ReadOptions {
  readonly count?: number;
  readonly until?: (event: WatchedEvent) => boolean;
  /** Called once the watch has begun. */
  readonly onOpen?: () => Promise<unknown>;
}

export interface WatchedEvent {
  readonly type: string;
  readonly object: ApiBody;
}

const groups: Readonly<Record<string, string>> = { deployments: 'apis/apps/v1', replicasets: 'apis/apps/v1' };

export function apiCalls({ url, namespace }: ApiPlace): ApiCalls {
  const urlOf = (path: string, query: ApiCallOptions['query'] = {}): string => {
    const words = Object.entries(query).map(([key, value]) => [key, String(value)]);
    return words.length === 0 ? `${url}${path}` : `${url}${path}?${new URLSearchParams(words).toString()}`;
  };
  const calls: ApiCalls = {
    async call(method, path, { query, body, type = 'application/json', accept = 'application/json' } = {}) {
      const response = await fetch(urlOf(path, query), {
        method,
        headers: { accept, ...(body !== undefined && { 'content-type': type }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as ApiBody };
    },
    async events(path, query, { count = Infinity, until = () => false, onOpen }) {
      const events: WatchedEvent[] = [];
      const response = await fetch(urlOf(path, { ...query, watch: true }), { signal: AbortSignal.timeout(60_000) });
      const doing = onOpen?.();
      let rest = '';
      const decoder = new TextDecoder();
      for await (const chunk of response.body ?? []) {
        const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
        rest = lines.pop() ?? '';
        events.push(...lines.map((line) => JSON.parse(line) as WatchedEvent));
        if (events.length >= count || events.some(until)) break;
      }
      await doing;
      return events;
    },
    async read(path, query) {
      const response = await fetch(urlOf(path, query));
      return { status: response.status, text: await response.text() };
    },
    async create(data, { name = newName(), labels = {} } = {}) {
      const made = await calls.call('POST', calls.at('configmaps'), { body: { metadata: { name, labels }, data } });
      expect(made.status).toBe(201);
      return made.body;
    },
    at: (plural, name) =>
      `/${groups[plural] ?? 'api/v1'}/namespaces/${namespace}/${plural}${name === undefined ? '' : `/${name}`}`,
  };
  return calls;
}

/** One that no other test has. */
export function newName(): string {
  return `contract-${randomBytes(4).toString('hex')}`;
}
