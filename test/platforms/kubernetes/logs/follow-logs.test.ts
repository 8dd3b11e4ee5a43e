import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Cluster, connect } from '../../../../src/platforms/kubernetes/api/client.ts';
import { followLogs, type LogOptions } from '../../../../src/platforms/kubernetes/logs/follow-logs.ts';
import type { LogLine } from '../../../../src/platforms/kubernetes/logs/cursor.ts';
import { readLogs } from '../../../../src/platforms/kubernetes/logs/read-logs.ts';
import { type ApiServer, apiServer, json, refuseCall } from '../../../support/kubernetes/api-server.ts';

let server: ApiServer;
let cluster: Cluster;
afterEach(async () => {
  await cluster.close();
  await server.close();
});

const line = (second: number, text: string): string => `2026-11-22T10:00:0${second}.5Z ${text}\n`;

describe('followLogs()', () => {
  it('resumes a log whose connection dropped, or was ended by something on the way, and gives each line once', async () => {
    await start([
      (response) => response.write(line(1, 'a') + line(2, 'b') + '2026-11-22T10:00:0', () => response.destroy()),
      (response) => response.end(line(1, 'a') + line(2, 'b') + line(3, 'c')),
      (response) => response.write(line(2, 'b') + line(3, 'c') + line(3, 'd')),
    ]);
    expect(await followedUntil('d')).toEqual(['a', 'b', 'c', 'd']);
    expect(
      server.requests
        .filter((request) => request.includes('/log'))
        .map((request) => /sinceTime=[^&]+/.exec(request)?.[0]),
    ).toEqual([undefined, 'sinceTime=2026-11-22T10%3A00%3A01Z', 'sinceTime=2026-11-22T10%3A00%3A02Z']);
  });

  it('asks a silent pod anew', async () => {
    await start([
      (response) => response.write(line(1, 'a')),
      (response) => response.write(line(1, 'a') + line(2, 'b')),
    ]);
    expect(await followedUntil('b', { idleTimeoutMs: 300 })).toEqual(['a', 'b']);
  });

  it('reads the rest of an instance first where its successor answers in its place', async () => {
    await start([
      (response) => response.write(line(1, 'a') + line(2, 'b'), () => response.destroy()),
      (response) => response.write(line(5, 'x') + line(6, 'y')),
      (response) => response.end(line(2, 'b') + line(3, 'c')),
      (response) => response.end(line(2, 'b') + line(3, 'c')),
    ]);
    const lines: LogLine[] = [];
    await followedUntil('y', { onLine: (one) => void lines.push(one) });
    expect(lines.map(({ text, restart }) => `${text} ${restart}`)).toEqual(['a 0', 'b 0', 'c 0', 'x 1', 'y 1']);
    expect(asked().map((query) => query.get('previous'))).toEqual([null, null, 'true', 'true']);
  });

  it('says that lines may be missing where the last line it read does not come again', async () => {
    await start([
      (response) => response.write(line(1, 'a'), () => response.destroy()),
      (response) => response.write(line(5, 'z')),
      (response) =>
        refuseCall(response, 400, { reason: 'BadRequest', message: 'previous terminated container not found' }),
    ]);
    const notices: string[] = [];
    expect(await followedUntil('z', { onNotice: (text) => notices.push(text) })).toEqual(['a', 'z']);
    expect(notices).toEqual([expect.stringMatching(/^Lines of pod-1 may be missing: /)]);
  });

  it('begins with so many lines, and goes on with all that follow', async () => {
    await start([
      (response) => response.end(line(2, 'c') + line(2, 'd')),
      (response) => response.write(line(1, 'a') + line(2, 'c') + line(2, 'd') + line(3, 'e')),
    ]);
    expect(await followedUntil('e', { tail: 2 })).toEqual(['c', 'd', 'e']);
    expect(asked().map((query) => query.get('tailLines'))).toEqual(['2', null]);
  });

  it('begins with none of the lines that are there, and goes on with all that follow', async () => {
    await start([
      (response) => response.end(line(2, 'd')),
      (response) => response.write(line(2, 'c').replace('.5Z', '.4Z') + line(2, 'd') + line(3, 'e')),
    ]);
    expect(await followedUntil('e', { tail: 0 })).toEqual(['e']);
  });

  it('does not begin later because the first answers failed', async () => {
    await start([
      (response) => refuseCall(response, 500, { reason: 'InternalError', message: 'kubelet is away' }),
      (response) => response.write(line(2, 'a')),
    ]);
    expect(await followedUntil('a', { sinceSeconds: 60 })).toEqual(['a']);
    const [first = 0, second = 0] = asked().map((query) => Number(query.get('sinceSeconds')));
    expect(first).toBeGreaterThanOrEqual(60);
    expect(second).toBeGreaterThanOrEqual(first);
  });

  it('says that logs may not be read, and passes over a refusal of a server that has just started', async () => {
    const denied: Answer = (response) =>
      refuseCall(response, 403, { reason: 'Forbidden', message: 'cannot get resource "pods/log"' });
    await start([denied]);
    await expect(followedUntil('never')).rejects.toMatchObject({ code: 'cluster-denied' });
    await cluster.close();
    await server.close();
    await start([
      (response) => response.write(line(1, 'a'), () => response.destroy()),
      denied,
      (response) => response.write(line(1, 'a') + line(2, 'b')),
    ]);
    expect(await followedUntil('b')).toEqual(['a', 'b']);
  });
});

describe('readLogs()', () => {
  it('reads all there is of every pod, also where an answer is cut, and passes over pods that are gone or wrote nothing', async () => {
    const evicted = { metadata: { name: 'pod-3', uid: 'u3' }, status: { phase: 'Failed', reason: 'Evicted' } };
    const answers: Answer[] = [
      (response) => refuseCall(response, 404, { reason: 'NotFound', message: 'pods "pod-0" not found' }),
      (response) => response.write(`${line(1, 'a')}2026-11-22T10:0`, () => response.destroy()),
      // Cut where a proxy ends it as if it were whole.
      (response) => response.end(line(1, 'a') + line(2, 'long line').slice(0, -5)),
      (response) => response.end(line(1, 'a') + line(2, 'long line') + line(3, 'no end').trimEnd()),
      (response) => response.end(line(2, 'long line') + line(3, 'no end').trimEnd()),
      (response) => response.end(line(2, 'long line') + line(3, 'no end').trimEnd()),
    ];
    await start(answers, [podOf('pod-1', 0), evicted, podOf('pod-0', 0), pending]);
    const lines = await stored({});
    expect(lines).toEqual(['pod-1 a', 'pod-1 long line', 'pod-1 no end']);
  });

  it('reads the instance before the last restart of those that were restarted', async () => {
    await start(
      [(response) => response.end(line(1, 'a')), (response) => response.end(line(1, 'a'))],
      [podOf('pod-1', 0), podOf('pod-2', 3)],
    );
    expect(await stored({ previous: true })).toEqual(['pod-2 a']);
    expect(asked().map((query) => query.get('previous'))).toEqual(['true', 'true']);
  });

  it('says in the end what could not be read', async () => {
    const broken: Answer = (response) =>
      refuseCall(response, 500, { reason: 'InternalError', message: 'dial tcp: refused' });
    const answer: Answer = (response) => response.end(line(1, 'a'));
    await start([broken, broken, broken, broken, broken, answer, answer], [podOf('pod-1', 0), podOf('pod-2', 0)]);
    await expect(stored({})).rejects.toMatchObject({ code: 'cluster-refused' });
    expect(texts).toEqual(['pod-2 a']);
  });
});

type Answer = (response: ServerResponse) => void;

const pending = {
  metadata: { name: 'pod-9', uid: 'u9' },
  status: { containerStatuses: [{ name: 'app', state: { waiting: {} } }] },
};

function podOf(name: string, restartCount: number): object {
  const container = { name: 'app', restartCount, state: { running: {} } };
  return { metadata: { name, uid: name }, status: { containerStatuses: [container] } };
}

/** Pods whose logs are given in these answers, one after the other. */
async function start(answers: Answer[], items: object[] = [podOf('pod-1', 0)]): Promise<void> {
  server = await apiServer((request: IncomingMessage, response) => {
    if (request.url?.includes('/log')) answers.shift()?.(response);
    else if (!request.url?.includes('watch=true')) json(response, 200, { metadata: { resourceVersion: '1' }, items });
  });
  const { signal } = new AbortController();
  cluster = await connect({ kubeconfig: await server.kubeconfig(), environment: {}, signal });
}

/** What logs were asked for. */
function asked(): URLSearchParams[] {
  return server.requests.filter((one) => one.includes('/log')).map((one) => new URLSearchParams(one.split('?')[1]));
}

async function followedUntil(last: string, options: Partial<LogOptions> = {}): Promise<string[]> {
  const given: string[] = [];
  const stop = new AbortController();
  await followLogs(cluster, {
    name: 'hello',
    idleTimeoutMs: 60_000,
    ...options,
    signal: stop.signal,
    async onLine(one) {
      await options.onLine?.(one);
      given.push(one.text);
      if (one.text === last) stop.abort();
    },
  });
  return given;
}

let texts: string[];

async function stored(options: { previous?: boolean }): Promise<string[]> {
  texts = [];
  const { signal } = new AbortController();
  const onLine = ({ pod, text }: LogLine): void => void texts.push(`${pod} ${text}`);
  await readLogs(cluster, { name: 'hello', signal, onLine, ...options });
  return texts;
}
