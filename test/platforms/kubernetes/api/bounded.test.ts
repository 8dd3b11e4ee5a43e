import type { ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { listPages, wholeList } from '../../../../src/platforms/kubernetes/api/list-pages.ts';
import { clientFixture } from '../../../support/kubernetes/client-fixture.ts';
import { json, refuseCall } from '../../../support/kubernetes/api-server.ts';

const { start, open } = clientFixture();
const pods = '/api/v1/namespaces/mine/pods';

describe('an answer without an end', () => {
  it('is left once it is larger than any answer', async () => {
    const server = await start((_, response) => endless(response, '{"items":["'));
    const cluster = await open(await server.kubeconfig());
    await expect(cluster.request('GET', pods)).rejects.toMatchObject({
      code: 'cluster-unreadable',
      message: `Cannot read what ${server.url}${pods} answers: it is larger than 32 MiB`,
    });
    expect(server.requests).toHaveLength(1);
  });

  it('has no words where it is a refusal', async () => {
    const server = await start((_, response) => endless(response, '{"message":"', 400));
    const cluster = await open(await server.kubeconfig());
    await expect(cluster.request('GET', pods)).rejects.toMatchObject({
      code: 'cluster-refused',
      message: `Refused by ${server.url}: HTTP status 400`,
    });
  });

  it.each([
    ['a byte at a time', '{'],
    ['nothing', ''],
  ])('is left after a while where it is %s', async (_what, byte) => {
    const server = await start((_, response) => trickle(response, byte));
    const cluster = await open(await server.kubeconfig(), { wholeTimeoutMs: 200 });
    await expect(cluster.request('GET', pods, { isPatient: false })).rejects.toMatchObject({
      code: 'cluster-unreachable',
      message: `Cannot reach the cluster at ${server.url}: its answer was not whole after 0.2 s`,
    });
  });

  it('ends with the signal of whoever asked', async () => {
    const server = await start((_, response) => trickle(response, '{'));
    const cluster = await open(await server.kubeconfig());
    const signal = AbortSignal.timeout(100);
    await expect(cluster.request('GET', pods, { signal })).rejects.toThrow(/due to timeout/);
  });

  it('is cut where it is one line', async () => {
    const line = 'x'.repeat(5 << 20);
    const server = await start((_, response) => void response.end(`${line}\nnext\n`));
    const cluster = await open(await server.kubeconfig());
    const lines = await Array.fromAsync(cluster.lines(`${pods}/a/log`, { signal: new AbortController().signal }));
    expect(lines.map(({ length }) => length)).toEqual([4 << 20, 4]);
  });
});

describe('a list', () => {
  const page = (name: string, next?: string) => ({ metadata: { continue: next }, items: [{ metadata: { name } }] });

  it('is read in pages, and is whole', async () => {
    const server = await start((request, response) => {
      json(response, 200, request.url?.includes('continue') === true ? page('b') : page('a', 'more'));
    });
    const cluster = await open(await server.kubeconfig());
    expect(await cluster.request('GET', pods, { query: { labelSelector: 'x' } })).toMatchObject({
      items: [{ metadata: { name: 'a' } }, { metadata: { name: 'b' } }],
    });
    expect(server.requests).toEqual([
      `GET ${pods}?labelSelector=x&limit=500`,
      `GET ${pods}?labelSelector=x&limit=500&continue=more`,
    ]);
  });

  it('is read in one piece where its pages are no longer known', async () => {
    const server = await start((request, response) => {
      if (request.url?.includes('continue') === true) refuseCall(response, 410, { reason: 'Expired', message: 'old' });
      else json(response, 200, request.url?.includes('limit') === true ? page('a', 'more') : page('all'));
    });
    const cluster = await open(await server.kubeconfig());
    expect(await cluster.request('GET', pods)).toMatchObject({ items: [{ metadata: { name: 'all' } }] });
  });

  it('ends where its pages do not', async () => {
    const answer = { page: { metadata: { continue: 'more' }, items: [1] }, sizeBytes: 30 << 20 };
    const ask = async () => Promise.resolve(answer);
    await expect(Array.fromAsync(listPages(ask))).rejects.toThrow('it is larger than 128 MiB');
    await expect(wholeList(ask)).rejects.toThrow('it is larger than 128 MiB');
  });

  it('of nothing is empty, and what is no list is none', async () => {
    const answers = [{ items: null }, {}, { items: {} }, [], 'text', null];
    const server = await start((_, response) => json(response, 200, answers[server.requests.length - 1]));
    const cluster = await open(await server.kubeconfig());
    expect(await cluster.request('GET', pods)).toEqual({ items: [] });
    for (const _ of answers.slice(1)) {
      await expect(cluster.request('GET', pods)).rejects.toMatchObject({ code: 'cluster-unreadable' });
    }
  });
});

function endless(response: ServerResponse, begin: string, status = 200): void {
  const chunk = 'x'.repeat(1 << 20);
  response.writeHead(status, { 'content-type': 'application/json' }).write(begin);
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
}

function trickle(response: ServerResponse, byte: string): void {
  response.writeHead(200, { 'content-type': 'application/json' }).write(' ');
  const timer = setInterval(() => response.write(byte), 20);
  response.on('close', () => clearInterval(timer));
}
