import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Cluster, connect } from '../../../../src/platforms/kubernetes/api/client.ts';
import { watch, type WatchOptions, type WatchedObject } from '../../../../src/platforms/kubernetes/api/watch.ts';
import type { DeployError } from '../../../../src/shared/errors.ts';
import { type ApiServer, apiServer, json, refuseCall } from '../../../support/kubernetes/api-server.ts';

let server: ApiServer;
let cluster: Cluster;
const stop = { now: new AbortController() };
afterEach(async () => {
  await cluster.close();
  await server.close();
});

/** Each step answers one request; the last one again and again. */
type Step = (response: ServerResponse) => void;

describe('watch()', () => {
  it('reads all, then follows the changes from there', async () => {
    await start([list(7, ['a', 'b']), events(['ADDED', 'c', 8], ['DELETED', 'a', 9], ['BOOKMARK', '', 12]), silence]);
    expect(await until((names) => names === 'b c')).toEqual(['a b', 'a b c', 'b c']);
    expect(server.requests).toEqual([
      'GET /things?kind=x&limit=500',
      expect.stringMatching(
        /^GET \/things\?kind=x&watch=true&allowWatchBookmarks=true&resourceVersion=7&timeoutSeconds=\d+$/,
      ),
    ]);
  });

  it('goes on from the last version, a bookmark too, when the server ends the watch', async () => {
    await start([list(7, ['a']), events(['ADDED', 'b', 8], ['BOOKMARK', '', 20]), events(['ADDED', 'c', 21]), silence]);
    expect(await until((names) => names === 'a b c')).toEqual(['a', 'a b', 'a b c']);
    expect(server.requests[2]).toContain('resourceVersion=20');
  });

  it('survives a connection that drops in the middle of a line, and a server that is away', async () => {
    await start([list(7, ['a']), drop('{"type":"ADDED","obj'), refused(500), drop(''), list(9, ['a', 'b']), silence]);
    const troubles: (string | undefined)[] = [];
    expect(await until((names) => names === 'a b', { onTrouble: (trouble) => troubles.push(trouble?.code) })).toEqual([
      'a',
      'a b',
    ]);
    expect(troubles).toContain('cluster-refused');
    expect(troubles.at(-1)).toBeUndefined();
  });

  it('reads all anew when its version is too old, as an event and as an answer', async () => {
    const expired = { type: 'ERROR', object: { code: 410, message: 'too old resource version' } };
    await start([
      list(7, ['a']),
      (response) => response.end(`${JSON.stringify(expired)}\n`),
      list(9, ['b']),
      refused(410),
      list(11, ['c']),
      silence,
    ]);
    expect(await until((names) => names === 'c')).toEqual(['a', 'b', 'c']);
  });

  it('reads all anew now and then, though the watch says nothing', async () => {
    await start([list(7, ['a']), events(), list(8, ['a', 'lost']), silence]);
    expect(await until((names) => names === 'a lost', { relistMs: 1 })).toEqual(['a', 'a lost']);
  });

  it('reads all anew when a watch stays silent and does not end', async () => {
    await start([list(7, ['a']), silence, list(8, ['a', 'lost']), silence]);
    expect(await until((names) => names === 'a lost', { relistMs: 1 })).toEqual(['a', 'a lost']);
  });

  it('reads page by page, and shows all of them at once', async () => {
    const page = (names: string[], next?: string): Step => {
      const metadata = { resourceVersion: '7', ...(next !== undefined && { continue: next }) };
      const items = names.map((name) => ({ metadata: { name } }));
      return (response) => json(response, 200, { metadata, items });
    };
    await start([page(['a', 'b'], 'token'), page(['c']), silence]);
    expect(await until((names) => names === 'a b c')).toEqual(['a b c']);
    expect(server.requests.slice(0, 2)).toEqual([
      'GET /things?kind=x&limit=500',
      'GET /things?kind=x&limit=500&continue=token',
    ]);
  });

  it('keeps of each object what it is told to, whether it was read or came later', async () => {
    await start([list(7, ['a']), events(['ADDED', 'b', 8]), silence]);
    const slim = (object: WatchedObject): void => {
      object.metadata = { name: `slim ${object.metadata?.name}` };
    };
    expect(await until((names) => names === 'slim a slim b', { slim })).toEqual(['slim a', 'slim a slim b']);
  });

  it('throws at once what the first reading throws, and a missing right at any time', async () => {
    await start([refused(403)]);
    await expect(until(() => false)).rejects.toMatchObject({ code: 'cluster-denied' });
    await cluster.close();
    await server.close();
    await start([list(7, ['a']), refused(403)]);
    await expect(until(() => false)).rejects.toMatchObject({ code: 'cluster-denied' });
  });
});

async function start(steps: Step[]): Promise<void> {
  let next = 0;
  server = await apiServer((_request, response) => {
    const step = steps[Math.min(next, steps.length - 1)];
    next += 1;
    step?.(response);
  });
  stop.now = new AbortController();
  cluster = await connect({ kubeconfig: await server.kubeconfig(), environment: {}, signal: stop.now.signal });
}

/** Watches until what is there is as wanted; returns each state that was seen. */
async function until(
  isWanted: (names: string) => boolean,
  options: Partial<WatchOptions<WatchedObject>> = {},
): Promise<string[]> {
  const states: string[] = [];
  const done = new AbortController();
  const watching = watch(cluster, '/things', {
    query: { kind: 'x' },
    signal: done.signal,
    ...options,
    onChange(objects) {
      const names = [...objects.values()].map(({ metadata }) => metadata?.name).join(' ');
      if (names !== states.at(-1)) states.push(names);
      if (isWanted(names)) setTimeout(() => done.abort(), 50);
    },
  });
  await watching.catch((error: DeployError) => {
    if (!done.signal.aborted) throw error;
  });
  return states;
}

function list(resourceVersion: number, names: string[]): Step {
  return (response) =>
    json(response, 200, {
      metadata: { resourceVersion: String(resourceVersion) },
      items: names.map((name) => ({ metadata: { name } })),
    });
}

/** A watch that gives these, and ends. */
function events(...given: [type: string, name: string, resourceVersion: number][]): Step {
  return (response) => {
    const lines = given.map(([type, name, version]) => ({
      type,
      object: { metadata: { name, resourceVersion: String(version) } },
    }));
    response.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  };
}

function drop(text: string): Step {
  return (response) => {
    response.writeHead(200);
    response.write(text, () => response.destroy());
  };
}

function refused(status: number): Step {
  return (response) =>
    refuseCall(response, status, { reason: 'Test', message: 'things cannot list resource "things"' });
}

function silence(): void {
  // Neither headers nor lines, as a real watch without news.
}
