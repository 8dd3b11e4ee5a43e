import type { IncomingMessage } from 'node:http';

/** A server that a command talks to. */
export type Service = 'cluster' | 'azure' | 's3';

/** A moment in a command: a call that changes something. */
export interface Point {
  readonly service: Service;
  /** Without what differs from run to run: names, digests, credentials. */
  readonly call: string;
  /** True: there are bytes in it that could arrive as others. */
  readonly hasBody: boolean;
  /** Which of the calls that look so, from 0. */
  readonly nth: number;
}

/** A call as a point names it; undefined for one that changes nothing. */
export function changeOf(request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>, own: OwnNames) {
  const { method = '', url = '', headers } = request;
  const { pathname, searchParams } = new URL(url, 'http://here');
  // Questions about rights and identity are asked by POST.
  if (['GET', 'HEAD'].includes(method) || searchParams.has('dryRun') || pathname.endsWith('reviews')) return undefined;
  const keys = [...searchParams.keys()].filter((key) => !/^(?:x-|sig|se|sv)/i.test(key));
  const words = [pathname.replaceAll(own.namespace, 'NAMESPACE').replaceAll(own.name, 'NAME'), ...keys.toSorted()];
  const call = `${method} ${words.join(' ').replaceAll(/[0-9a-f]{8,}|(?<=-runner-)\w+|(?<=-)\d{3}\b/g, '*')}`;
  const hasBody = Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
  return { call: hasBody ? call : `${call}, empty`, hasBody };
}

export interface OwnNames {
  readonly name: string;
  readonly namespace: string;
}

/** Points of all calls of a run; of many that look alike, the first, one in the middle and the last. */
export function pointsOf<Call extends { readonly service: string; readonly call: string }>(
  calls: readonly Call[],
): (Call & { readonly nth: number })[] {
  const counts = new Map<string, number>();
  for (const { service, call } of calls) counts.set(`${service} ${call}`, (counts.get(`${service} ${call}`) ?? 0) + 1);
  const seen = new Map<string, number>();
  return calls.flatMap((each) => {
    const key = `${each.service} ${each.call}`;
    const [nth, count] = [seen.get(key) ?? 0, counts.get(key) ?? 0];
    seen.set(key, nth + 1);
    return [0, Math.floor(count / 2), count - 1].includes(nth) ? [{ ...each, nth }] : [];
  });
}
