import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { adopting, adoptedEnd } from '../support/programs/adopted.ts';
import { fetchText } from '../support/programs/served.ts';

const undeclared = { UNDECLARED: 'yes' };

describe('adoptServers()', () => {
  it('serves a server that the application lets listen, at the address of the definition', async () => {
    await using app = await adopting('plain');
    const { port } = new URL(app.url);
    expect(app.facts).toEqual({ returned: true, listening: true, port: Number(port), events: ['event'] });
    expect(await fetchText(app.url, '/x')).toEqual([200, 'hello /x']);
    expect(await fetchText(app.url, '/selfsame/ready')).toEqual([200, 'ready\n']);
    expect(JSON.parse((await fetchText(app.url, '/selfsame'))[1])).toMatchObject({ name: 'adopted' });
    expect(await app.end('SIGTERM')).toMatchObject({ status: 0, killedBy: null });
  });

  it('lets it listen at once, and leaves it listeners that come later', async () => {
    await using app = await adopting('atOnce', { words: ['--http', ':0'] });
    expect(app.facts).toEqual({ listening: true, port: true });
    expect(await fetchText(app.url, '/')).toEqual([200, 'added later']);
    expect(await fetchText(app.url, '/selfsame/live')).toEqual([200, 'alive\n']);
  });

  it('leaves further servers, other protocols and sockets of the file system alone', async () => {
    await using app = await adopting('several');
    const { path, metrics, raw } = app.facts as { path: boolean; metrics: number; raw: number };
    expect(path).toBe(true);
    expect(await fetchText(app.url, '/')).toEqual([200, 'main']);
    expect(await fetchText(`http://127.0.0.1:${metrics}`, '/selfsame/ready')).toEqual([200, 'metrics']);
    expect(await text(connect(raw, '127.0.0.1'))).toBe('raw');
    expect(await app.end('SIGTERM')).toMatchObject({ status: 0, killedBy: null });
  });

  it('takes the port of the application where the definition has no address, and says what that means', async () => {
    await using app = await adopting('plain', { env: { ...undeclared, PORT: '0' } });
    expect(app.facts).toMatchObject({ port: Number(new URL(app.url).port) });
    await app.printed('so that a deploy makes neither a Service nor probes. Add address: () => ');
  });

  it.each([undeclared, {}])('takes the port that --local gives (%j)', async (env) => {
    const [port] = await freePorts();
    await using app = await adopting('atOnce', {
      words: ['--http', ':1'],
      env: { ...env, SELFSAME_PORT: String(port) },
    });
    expect(new URL(app.url).port).toBe(String(port));
  });

  it('drains as serve() does: not ready at once, and answering for a while', async () => {
    await using app = await adopting('keeps', { env: { KUBERNETES_SERVICE_HOST: '10.0.0.1' } });
    const ended = app.end('SIGTERM');
    while ((await fetchText(app.url, '/selfsame/ready'))[0] !== 503);
    expect(await fetchText(app.url, '/')).toEqual([200, 'hello /']);
    expect(await ended).toMatchObject({ status: 0, killedBy: null });
  }, 15_000);

  it('gives the address to the server that asks for its port, if another was first', async () => {
    const [metrics, port] = await freePorts();
    const options = { words: ['--http', `:${port}`], env: { METRICS: String(metrics) } };
    await using app = await adopting('metricsFirst', options);
    expect(app.facts).toEqual({ events: ['listening'], at: [metrics, port] });
    expect(await fetchText(`http://127.0.0.1:${metrics}`, '/')).toEqual([200, 'metrics']);
    expect(await fetchText(`http://127.0.0.1:${port}`, '/')).toEqual([200, 'hello /']);
    expect(await fetchText(`http://127.0.0.1:${port}`, '/selfsame/ready')).toEqual([200, 'ready\n']);
    expect(await app.end('SIGTERM')).toMatchObject({ status: 0, killedBy: null });
  });

  it('goes on with the next server when the application closes the first', async () => {
    await using app = await adopting('again');
    const urls = await app.printed(/(?:.*http:\S+\n){2}/);
    expect(await fetchText(urls.trim().split(' ').at(-1) ?? '', '/selfsame/ready')).toEqual([200, 'ready\n']);
  });

  it('refuses a taken port in one line, unless the application sees to it', async () => {
    const taken = createServer().listen(0);
    const address = `:${(taken.address() as AddressInfo).port}`;
    for (const how of ['plain', 'tellsBoth']) {
      expect(await adoptedEnd(how, ['--http', address])).toEqual({
        status: 2,
        stdout: '',
        stderr: `error: Cannot serve on localhost${address}: the port is taken. Pass another address.\n`,
      });
    }
    expect(await adoptedEnd('handlesRefusal', ['--http', address])).toMatchObject({
      status: 9,
      stdout: '"EADDRINUSE"\n',
    });
    await once(taken.close(), 'close');
  });
});

describe('runApplication() with main', () => {
  it("calls the application's handlers after the drain, as Node.js would", async () => {
    await using app = await adopting('handlers');
    expect(app.facts).toBe(4); // with ours, which holds the signal
    expect(await app.end('SIGTERM')).toMatchObject({ status: 0, killedBy: null });
    expect(app.lines().slice(1)).toEqual([
      'up',
      'first',
      ['SIGTERM', 15, false],
      'once',
      { closed: 'without an error' },
    ]);
  });

  it('ends as a handler ends it', async () => {
    await using app = await adopting('exits');
    expect(await app.end('SIGTERM')).toMatchObject({ status: 7 });
  });

  it('takes a signal that a handler sends again for the end', async () => {
    await using app = await adopting('resends');
    expect(await app.end('SIGTERM')).toMatchObject({ status: 0, killedBy: null });
    expect(app.lines()).toEqual(['up', 'handled']);
  });

  it.each(['awaited', 'clears', 'keeps'])('ends after the handlers, whatever the loop holds: %s', async (how) => {
    await using app = await adopting(how);
    expect(await app.end('SIGTERM')).toMatchObject({ status: 0, killedBy: null });
    expect(app.lines()).toEqual(how === 'awaited' ? ['up', 'handled'] : ['up']);
  });

  it('waits for a handler that gives no promise as long as the grace period lasts', async () => {
    await using app = await adopting('lingers', { env: { DRAIN: '0' } });
    const askedAt = performance.now();
    expect(await app.end('SIGTERM')).toMatchObject({ status: 0, killedBy: null });
    expect(performance.now() - askedAt).toBeGreaterThan(3_900);
    expect(app.lines()).toEqual(['up', 'handled']);
  }, 15_000);

  it('fails with a handler', async () => {
    await using app = await adopting('rejects');
    expect(await app.end('SIGTERM')).toMatchObject({ status: 1 });
    await app.printed('error: adopted failed: Error: The handler broke\n    at ');
  });

  it.each(['worker', 'bareWorker'])('ends a %s, which listens to nothing, at a signal', async (how) => {
    await using app = await adopting(how, { listens: false });
    expect(await app.end('SIGTERM')).toMatchObject({ status: 0, killedBy: null });
    expect(app.lines()).toEqual(how === 'worker' ? ['working', 'job finished'] : ['working']);
  });

  it('ends with its own status when nothing is left to do', async () => {
    expect(await adoptedEnd('settles')).toEqual({ status: 3, stdout: '"done"\n', stderr: '' });
    expect(await adoptedEnd('closes')).toMatchObject({ status: 0, stdout: '"up"\n"closed"\n' });
  });

  it('ends with the error of an application that fails, although it serves', async () => {
    const rejected = await adoptedEnd('rejected');
    expect(rejected.status).toBe(1);
    expect(rejected.stderr).toMatch(/error: adopted failed: Error: The database is gone\n {4}at .*adopted-main\.ts/);
    const thrown = await adoptedEnd('throws');
    expect(thrown.status).toBe(1);
    expect(thrown.stderr).toMatch(/Error: The cache is gone\n {4}at .*adopted-main\.ts/);
  });

  it.each([['--help'], ['--version-hash'], ['--kubernetes', '--bad']])('is not called for %s', async (...words) => {
    const ended = await adoptedEnd('throws', words);
    expect(ended.stderr).not.toContain('The cache is gone');
  });
});

/** Two ports that nobody listens on. */
async function freePorts(): Promise<[number, number]> {
  const servers = [createServer().listen(0), createServer().listen(0)];
  const [first = 0, second = 0] = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map(async (server) => once(server.close(), 'close')));
  return [first, second];
}
