import { afterAll, beforeAll, expect } from '@jest/globals';
import type { V1Secret } from '@kubernetes/client-node';
import { deployerCluster } from '../support/cluster/account.ts';
import type { TestCluster } from '../support/cluster/cluster.ts';
import { loadStockImage } from '../support/cluster/stock-image.ts';
import { helloExecutable } from '../support/programs/executables.ts';
import { atOnce, type MarkedSecrets, markedSecrets } from '../support/programs/marked.ts';
import type { EndedProgram } from '../support/programs/program.ts';
import { journey } from '../support/run/journey.ts';
import { markedStores, type MarkedStores } from '../support/stores/marked-stores.ts';
import { type StoreWay, storeWays as allWays } from '../support/stores/store-settings.ts';

// A SAS is sent over TLS alone, to a certificate that pods would have to trust.
const storeWays = allWays.filter((way) => way !== 'azure-sas');

/** A real cluster keeps and tells more than we send it: events, managed fields, status. */
journey('secrets of deploys on a real cluster, of each store', (step) => {
  let place: TestCluster;
  let stores: MarkedStores;
  let secrets: MarkedSecrets;

  beforeAll(async () => {
    place = await deployerCluster('marked', storeWays);
    secrets = await markedSecrets();
    stores = await markedStores(secrets, { host: '0.0.0.0', publicHost: place.hostAddress });
    await loadStockImage();
    const stringData = { password: secrets.mark('Secret of the application') };
    const path = `/api/v1/namespaces/${place.namespace}/secrets`;
    await place.cluster.request('POST', path, { body: { metadata: { name: 'shop-db' }, stringData } });
  }, 300_000);

  afterAll(async () => {
    await place?.close();
    await stores?.stop();
    await secrets?.[Symbol.asyncDispose]();
  }, 60_000);

  const hello = async (way: StoreWay, line: string, wanted = 0): Promise<EndedProgram> => {
    const env = { KUBECONFIG: place.kubeconfig, ...stores.settings[way] };
    const words = [...line.split(' '), '--name', way, '--namespace', place.namespace];
    const ended = await secrets.run(helloExecutable, words, env);
    await linksOf(way);
    const said = ended.stdout + ended.stderr;
    const isWanted = ended.status === wanted;
    expect({ way, line, leaks: secrets.leaksIn(said), said: isWanted ? '' : said }).toEqual({
      way,
      line,
      leaks: [],
      said: '',
    });
    return ended;
  };
  /** The links that pods read with, of which each has its own signature. */
  const linksOf = async (way: StoreWay): Promise<string[]> => {
    const path = `/api/v1/namespaces/${place.namespace}/secrets/${way}-source`;
    const { data = {} } = (await place.cluster.find<V1Secret>(path)) ?? {};
    return Object.entries(data).map(([key, link]) => {
      const query = atob(link);
      const fields = new URLSearchParams(query);
      secrets.learn(fields.get('sig') ?? fields.get('X-Amz-Signature') ?? 'none');
      return `${key.replace('query.', '')}/hello-world?${query}`;
    });
  };
  const statusOf = async (link: string): Promise<number> =>
    (await fetch(`${stores.containerUrl}/${link}`, { headers: { range: 'bytes=0-3' } })).status;
  const expectNoneOutside = async (): Promise<void> => {
    const core = ['pods', 'services', 'configmaps', 'events', 'endpoints'].map(
      (kind) => `/api/v1/namespaces/${place.namespace}/${kind}`,
    );
    const apps = ['deployments', 'replicasets'].map((kind) => `/apis/apps/v1/namespaces/${place.namespace}/${kind}`);
    for (const path of [...core, ...apps]) {
      const found = JSON.stringify(await place.cluster.request('GET', path));
      expect({ path, leaks: secrets.leaksIn(found) }).toEqual({ path, leaks: [] });
    }
  };

  step('stand in the Secrets that hold them alone, whatever the store', 300_000, async () => {
    await atOnce(storeWays, async (way) => {
      const flags = `--target linux-x64 --env-from-secret DB_PASSWORD=shop-db/password${stores.flagsOf(way)}`;
      await hello(way, `--kubernetes ${flags}`);
      // A rollout that fails tells of pods and events.
      await hello(way, `--kubernetes ${flags} --env-from-secret OTHER=shop-db/missing --wait-timeout 15s`, 4);
      await hello(way, 'self status');
      await hello(way, 'self logs --no-follow');
      expect(await linksOf(way)).toHaveLength(['file', 'cluster'].includes(way) ? 0 : 1);
    });
    await expectNoneOutside();
  });

  step('also while links are ended and made anew', 180_000, async () => {
    const way = 'azure-connection-string';
    const before = await linksOf(way);
    expect(await Promise.all(before.map(statusOf))).toEqual([206]);
    await hello(way, 'self revoke --yes');
    const after = await linksOf(way);
    expect(await Promise.all([...before, ...after].map(statusOf))).toEqual([403, 206]);
    expect((await hello(way, 'self status')).stdout).toContain('policy selfsame-');
    await expectNoneOutside();
    await atOnce(storeWays, async (one) => void (await hello(one, 'self delete --yes')));
    expect(await secrets.leaksLeft()).toEqual([]);
    expect(await secrets.coreFiles()).toEqual([]);
  });
});
