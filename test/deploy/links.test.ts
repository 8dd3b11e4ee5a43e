import { text as textOf } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { linksFor, plannedLinks } from '../../src/deploy/links.ts';
import { renewLinks } from '../../src/deploy/renew-links.ts';
import { connect, type Cluster } from '../../src/platforms/kubernetes/api/client.ts';
import { kubernetesPlatform } from '../../src/platforms/kubernetes/platform.ts';
import { linkPlacesIn } from '../../src/platforms/kubernetes/pods/deployed-links.ts';
import { parseDigest } from '../../src/shared/digest.ts';
import { DeployError } from '../../src/shared/errors.ts';
import type { Report } from '../../src/shared/report.ts';
import type { Store } from '../../src/store/store.ts';
import { type ApiServer, apiServer, json, refuseCall } from '../support/kubernetes/api-server.ts';
import { memoryStore } from '../support/stores/memory-store.ts';

const [wanted, earlier, running] = ['1', '2', '3'].map((digit) => parseDigest(digit.repeat(64)));
const [name, signal] = ['hello', new AbortController().signal];

let server: ApiServer;
let cluster: Cluster;
const close = async (): Promise<void> => {
  await cluster.close();
  await server.close();
};
afterEach(close);

async function clusterWith(...handler: Parameters<typeof apiServer>): Promise<Cluster> {
  server = await apiServer(...handler);
  cluster = await connect({ kubeconfig: await server.kubeconfig(), environment: {}, signal });
  return cluster;
}

/** A store that signs for one object at a time. */
const signing: Store = {
  ...memoryStore(),
  secretOpens: 'one',
  async source({ version, name: file }) {
    const url = `http://memory.invalid/${version}/${file}`;
    return { kind: 'url', url, secret: `sig=${version}`, access: 'links' };
  },
};

/** @param sets the ReplicaSets that are there. */
const linksWith = async (store: Store, sets: readonly ReturnType<typeof replicaSet>[] = []) => {
  const artifact = { version: wanted ?? parseDigest(''), name: 'hello-world' };
  const deployed = { linkPlaces: sets.flatMap(({ spec }) => linkPlacesIn(spec.template)) };
  const platform = kubernetesPlatform(cluster);
  return linksFor([[artifact, await store.source(artifact)]], { name, deployed, platform, store, signal });
};

/** A ReplicaSet whose pods fetch a version by a link. */
const replicaSet = (version = '', url: string, env = [linked]) => ({
  spec: {
    template: {
      spec: {
        containers: [
          {
            name: 'app',
            env: [...env, { name: 'SELFSAME_SHA256_X64', value: version }, { name: 'SELFSAME_URL_X64', value: url }],
          },
        ],
      },
    },
  },
});
const linked = { name: 'SELFSAME_QUERY_FILE', value: '/run/selfsame/query' };
const inMemory = (version: string | undefined): string => `http://memory.invalid/${version}/hello-world`;
const elsewhere = (version: string | undefined): string => `https://elsewhere.test/${version}/hello-world`;
const encoded = (data: Record<string, string>) => ({
  metadata: {},
  data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text).toString('base64')])),
});

describe('linksFor()', () => {
  it('makes one for each version that pods may fetch from there, and leaves out what is none', async () => {
    await clusterWith((_request, response) => json(response, 500, {}));
    const sets = [
      replicaSet(earlier, inMemory(earlier)),
      replicaSet('written by hand', inMemory('none')),
      replicaSet('5'.repeat(64), inMemory('5'), []),
      replicaSet(running, inMemory(running)),
    ];
    const all = [wanted, earlier, running].map((version) => [version, `sig=${version}`]);
    expect(await linksWith(signing, sets)).toEqual({ queries: Object.fromEntries(all) });
    expect(server.requests).toEqual([]);
  });

  it('makes those of what is deployed where others may not be listed', async () => {
    await clusterWith((_request, response) => refuseCall(response, 403, { reason: 'Forbidden', message: 'no' }));
    expect(await linksWith(signing)).toEqual({ queries: { [wanted ?? '']: `sig=${wanted}` } });
  });

  it.each<[string, Store, Record<string, string>, object]>([
    ['one secret opens all', memoryStore(), { query: 'sig=elsewhere' }, { query: 'sig=memory' }],
    [
      'each version has its own',
      signing,
      { [`query.${earlier}`]: 'sig=elsewhere', query: 'sig=older' },
      { queries: { [wanted ?? '']: `sig=${wanted}` } },
    ],
  ])(
    'keeps the link to another store that an earlier release was deployed from, where %s',
    async (_case, store, data, links) => {
      await clusterWith((request, response) => {
        if (request.url?.includes('/secrets/')) json(response, 200, encoded(data));
        else json(response, 500, {});
      });
      const sets = [replicaSet(earlier, elsewhere(earlier)), replicaSet(wanted, elsewhere(wanted))];
      const { queries } = links as { queries?: object };
      expect(await linksWith(store, sets)).toEqual({
        ...links,
        queries: { ...queries, [earlier ?? '']: 'sig=elsewhere' },
      });
    },
  );

  it('needs none where none is needed, and asks nobody then', async () => {
    await clusterWith((_request, response) => json(response, 500, {}));
    const open: Store = {
      ...memoryStore(),
      source: async () => ({ kind: 'url', url: 'https://store.test/x', access: 'public' }),
    };
    expect(await linksWith(open)).toEqual({});
    expect(server.requests).toEqual([]);
  });
});

it.each([signing, memoryStore()])(
  'plannedLinks() has what a deploy will write, by name: $secretOpens',
  async (store) => {
    await clusterWith((_request, response) => json(response, 500, {}));
    const sets = [replicaSet(earlier, inMemory(earlier)), replicaSet(running, inMemory(running))];
    const linkPlaces = sets.flatMap(({ spec }) => linkPlacesIn(spec.template));
    const namesIn = ({ query, queries = {} }: Awaited<ReturnType<typeof linksFor>>) => [
      query && 'query',
      Object.keys(queries),
    ];
    const planned = plannedLinks([wanted ?? parseDigest('')], store, { linkPlaces });
    expect(namesIn(planned)).toEqual(namesIn(await linksWith(store, sets)));
    expect(plannedLinks([], { ...store, secretOpens: undefined }, { linkPlaces })).toEqual({});
  },
);

describe('renewLinks()', () => {
  const ends = 'X-Amz-Date=20260101T000000Z&X-Amz-Expires=3600';
  const renewing = async (
    store: Store | undefined,
    data: Record<string, string>,
    version = earlier,
    url = inMemory(version),
  ) => {
    const written: unknown[] = [];
    const said: string[] = [];
    await clusterWith((request, response) => {
      if (request.method === 'GET') {
        json(response, 200, encoded(data));
        return;
      }
      void (async () => {
        const body = await textOf(request);
        const { data: sent = {} } = JSON.parse(body) as { data?: Record<string, string> };
        written.push(
          Object.fromEntries(
            Object.entries(sent).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
          ),
        );
        json(response, 200, { metadata: {} });
      })();
    });
    const report: Report = (event) => {
      if (event.kind === 'step' || event.kind === 'warning') said.push(event.text);
    };
    const { template } = replicaSet(version, url).spec;
    await renewLinks(name, { release: '7'.repeat(64), template }, { cluster, store, report, signal });
    return { written, said };
  };

  it('makes the link of the release anew, and keeps all others', async () => {
    const data = { query: 'sig=older', [`query.${earlier}`]: ends, [`query.${running}`]: 'sig=running' };
    expect(await renewing(signing, data)).toEqual({
      written: [{ query: 'sig=older', [`query.${earlier}`]: `sig=${earlier}`, [`query.${running}`]: 'sig=running' }],
      said: ['Renewed the link of release 777777777777 to its executable'],
    });
  });

  it('writes nothing where the link is the same', async () => {
    expect(await renewing(memoryStore(), { query: 'sig=memory' })).toEqual({ written: [], said: [] });
  });

  it('warns of the end where that store is not configured, is another one, or does not answer', async () => {
    const ended =
      'The link of release 777777777777 ended 2026-01-01T01:00:00.000Z: pods that start later cannot fetch the executable; ';
    const pass = 'pass its store with --store to renew it';
    const data = { [`query.${earlier}`]: ends };
    expect(await renewing(undefined, data)).toEqual({ written: [], said: [ended + pass] });
    await close();
    expect(await renewing(signing, data, earlier, elsewhere(earlier))).toEqual({ written: [], said: [ended + pass] });
    await close();
    const dead: Store = {
      ...memoryStore(),
      source: () => Promise.reject(new DeployError('store-unreachable', 'Cannot reach it', { hint: 'Look.' })),
    };
    expect(await renewing(dead, { query: 'sv=1&se=2999-01-01T00:00:00Z&sig=x' })).toEqual({
      written: [],
      said: [ended.replace('ended 2026-01-01T01', 'ends 2999-01-01T00') + 'it was not renewed (Cannot reach it)'],
    });
  });

  it('says nothing of a link that does not end by itself', async () => {
    expect(await renewing(undefined, { query: 'sv=1&si=selfsame&sig=x' })).toEqual({ written: [], said: [] });
  });
});
