import { once } from 'node:events';
import { Agent } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { gracePeriodSeconds } from '../../src/app/drain.ts';
import {
  answer,
  connection,
  fetchText,
  holding,
  plain,
  refused,
  serving,
  upgraded,
} from '../support/programs/served.ts';

describe('serve()', () => {
  it('answers for itself at /selfsame, and leaves every other path to the server', async () => {
    await using served = await serving(plain());
    expect(await fetchText(served.url, '/')).toEqual([200, 'application: /']);
    expect(await fetchText(served.url, '/selfsame/other?x')).toEqual([200, 'application: /selfsame/other?x']);
    expect(await fetchText(served.url, '/selfsame/ready')).toEqual([200, 'ready\n']);
    expect(await fetchText(served.url, '/selfsame/live?now')).toEqual([200, 'alive\n']);
    const [status, identity] = await fetchText(served.url, '/selfsame');
    expect(status).toBe(200);
    // No more than that: whoever reaches the application can ask.
    const target = `${process.platform}-${process.arch}`;
    expect(JSON.parse(identity)).toEqual({ name: 'test', version: null, runner: null, target });
  });

  it('answers how its process started at /selfsame/start', async () => {
    await using served = await serving(plain());
    const [status, start] = await fetchText(served.url, '/selfsame/start');
    expect(status).toBe(200);
    expect(JSON.parse(start)).toEqual({ ageMs: expect.any(Number), runnerMs: null, fetchedBytes: null });
  });

  it('is not ready at once when it is to end, while a request under way is answered and new ones are for a while', async () => {
    const held = holding();
    await using served = await serving(held.server, { lingerMs: 60_000 });
    const underWay = fetch(`${served.url}/held`);
    const finish = await held.request;
    served.end();
    expect(await fetchText(served.url, '/selfsame/ready')).toEqual([503, 'draining\n']);
    expect(await fetchText(served.url, '/selfsame/live')).toEqual([200, 'alive\n']);
    expect(await fetchText(served.url, '/')).toEqual([200, 'application: /']);
    finish('late');
    const late = await underWay;
    expect([await late.text(), late.headers.get('connection')]).toEqual(['late', 'close']);
  });

  it('sends keep-alive connections away with their next answer', async () => {
    await using served = await serving(plain(), { lingerMs: 60_000 });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const before = await answer(served.url, agent);
    served.end();
    const after = await answer(served.url, agent);
    expect([before, after].map(({ headers }) => headers.connection)).toEqual(['keep-alive', 'close']);
    expect(after.socket).toBe(before.socket); // no reset in between
    agent.destroy();
  });

  it('closes once the last request is answered, whatever connections were kept', async () => {
    const held = holding();
    await using served = await serving(held.server);
    const idle = await connection(served.url);
    const agent = new Agent({ keepAlive: true });
    await answer(served.url, agent);
    const begun = await fetch(`${served.url}/begun`); // its headers promise to keep the connection
    const underWay = fetchText(served.url, '/held');
    const finish = await held.request;
    served.end();
    await refused(served.url);
    held.finishBegun();
    expect(await begun.text()).toBe('begun, ended');
    finish('late');
    expect(await underWay).toEqual([200, 'late']);
    await served.ended;
    idle.destroy();
    agent.destroy();
  }, 5_000);

  it('answers whoever comes back on an idle connection after the door was closed', async () => {
    const server = plain();
    server.keepAliveTimeout = 60_000; // so long the answers promise to keep it
    await using served = await serving(server, { lingerMs: 10, drainMs: 60_000 });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const before = await answer(served.url, agent);
    served.end();
    await refused(served.url);
    const after = await answer(served.url, agent);
    expect([after.statusCode, after.headers.connection, after.socket]).toEqual([200, 'close', before.socket]);
    await served.ended;
  });

  it('leaves the door open while requests come, but for those of a kubelet, and at most half of the time to drain', async () => {
    await using served = await serving(plain(), { lingerMs: 1_000, drainMs: 6_000 });
    const [startedAt, lasted] = [performance.now(), () => performance.now() - startedAt];
    served.end();
    const sent = async (): Promise<boolean> =>
      fetch(served.url).then(
        () => true,
        () => false,
      );
    while (lasted() < 2_000) expect(await sent()).toBe(true);
    while (await sent());
    expect(lasted()).toBeGreaterThan(3_900);
    await served.ended;
  });

  it('does not wait for those who only ask how it is', async () => {
    await using served = await serving(plain(), { lingerMs: 100, drainMs: 60_000 });
    served.end();
    const headers = { 'User-Agent': 'kube-probe/1.34' };
    const asked = async (): Promise<boolean> =>
      fetch(`${served.url}/healthy`, { headers }).then(
        () => true,
        () => false,
      );
    while (await asked());
    await served.ended;
  });

  it('ends event streams and upgraded connections once the rest is answered', async () => {
    const held = holding();
    await using served = await serving(held.server, { lingerMs: 10, drainMs: 600_000 });
    const events = await fetch(`${served.url}/begun`, { headers: { Accept: 'text/event-stream' } });
    const socket = await upgraded(served.url);
    const underWay = fetchText(served.url, '/held');
    const finish = await held.request;
    served.end();
    await refused(served.url);
    expect(socket.readableEnded).toBe(false);
    finish('late');
    expect(await underWay).toEqual([200, 'late']);
    await Promise.all([once(socket.resume(), 'end'), served.ended]);
    expect(await events.text()).toBe('begun'); // whole: its client just asks again
  });

  it('cuts off what is not done after drainMs, upgraded connections too', async () => {
    const held = holding();
    await using served = await serving(held.server, { drainMs: 100 });
    const cut = fetchText(served.url, '/held').catch((error: unknown) => error);
    await held.request;
    await upgraded(served.url);
    served.end();
    await served.ended;
    expect(await cut).toMatchObject({ message: 'fetch failed' });
  }, 5_000);

  it('goes on accepting for lingerMs, and not after', async () => {
    await using served = await serving(plain(), { lingerMs: 300 });
    const startedAt = performance.now();
    served.end();
    await refused(served.url);
    expect(performance.now() - startedAt).toBeGreaterThan(290);
    await served.ended;
  });

  it('ends at once if it was to end before it began', async () => {
    await using served = await serving(plain(), { signal: AbortSignal.abort() });
    await served.ended;
  });
});

describe('gracePeriodSeconds()', () => {
  it.each([
    [{}, 30],
    [{ drain: 0 }, 10],
    [{ drain: 90.5 }, 101],
  ])('fits an application of %j', (app, seconds) => {
    expect(gracePeriodSeconds(app)).toBe(seconds);
  });
});
