import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { type Counts, kinds, startLoad } from './load.ts';

describe('startLoad()', () => {
  it('counts requests of every kind, and none as failed that was answered', async () => {
    const counts = await under((_request, response) => response.end('hello'));
    for (const kind of kinds) {
      expect(counts[kind].sent).toBeGreaterThan(0);
      expect(counts[kind].failures).toEqual([]);
    }
  });

  it.each<[string, RegExp, RequestListener]>([
    ['another status', /^status 503$/, (_request, response) => response.writeHead(503).end('no')],
    [
      'half an answer',
      /aborted|terminated|half an answer|other side closed/,
      (_request, response) =>
        void response.writeHead(200, { 'Content-Length': 10 }).write('half', () => response.destroy()),
    ],
    ['a connection that is reset', /ECONNRESET|hang up|other side closed/, ({ socket }) => socket.resetAndDestroy()],
  ])('counts %s', async (_what, reason, listener) => {
    const counts = await under(listener);
    for (const kind of kinds) {
      const { sent, failures } = counts[kind];
      expect(failures).toHaveLength(sent);
      for (const failure of failures) expect(failure.reason).toMatch(reason);
    }
  });
});

/** What came of load on a server, after a client of every kind had an answer. */
async function under(listener: RequestListener): Promise<Counts> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const load = startLoad(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  for (let requests = 0; requests < 100; requests += 1) await once(server, 'request');
  const counts = await load.stop();
  server.close();
  return counts;
}
