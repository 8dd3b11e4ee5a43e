import { afterAll, beforeAll, expect } from '@jest/globals';
import type { V1Secret } from '@kubernetes/client-node';
import { testCluster, type TestCluster } from '../support/cluster/cluster.ts';
import { loadStockImage } from '../support/cluster/stock-image.ts';
import { helloExecutable } from '../support/programs/executables.ts';
import { type MarkedSecrets, markedSecrets } from '../support/programs/marked.ts';
import type { EndedProgram } from '../support/programs/program.ts';
import { journey } from '../support/run/journey.ts';
import type { Azurite } from '../support/stores/azurite-server.ts';
import { azuriteProcess } from '../support/stores/azurite.ts';

/** A real cluster keeps and tells more than we send it: events, managed fields, status. */
journey('secrets of a deploy on a real cluster', (step) => {
  let place: TestCluster;
  let store: Azurite;
  let secrets: MarkedSecrets;

  beforeAll(async () => {
    place = await testCluster('marked');
    store = await azuriteProcess({ host: '0.0.0.0', publicHost: place.hostAddress });
    secrets = await markedSecrets();
    secrets.learn(store.key);
    await loadStockImage();
    const stringData = { password: secrets.mark('Secret of the application') };
    const path = `/api/v1/namespaces/${place.namespace}/secrets`;
    await place.cluster.request('POST', path, { body: { metadata: { name: 'shop-db' }, stringData } });
  }, 300_000);

  afterAll(async () => {
    await place?.close();
    await store?.stop();
    await secrets?.[Symbol.asyncDispose]();
  }, 60_000);

  const hello = async (line: string): Promise<EndedProgram> => {
    const env = { KUBECONFIG: place.kubeconfig, AZURE_STORAGE_CONNECTION_STRING: store.connectionString };
    const ended = await secrets.run(helloExecutable, [...line.split(' '), '--namespace', place.namespace], env);
    const said = ended.stdout + ended.stderr;
    expect({ line, leaks: secrets.leaksIn(said), said: ended.status === 0 ? '' : said }).toEqual({
      line,
      leaks: [],
      said: '',
    });
    return ended;
  };
  const links = async (): Promise<string[]> => {
    const path = `/api/v1/namespaces/${place.namespace}/secrets/hello-world-source`;
    const { data = {} } = await place.cluster.request<V1Secret>('GET', path);
    return Object.entries(data).map(([key, link]) => {
      secrets.learn(new URLSearchParams(atob(link)).get('sig') ?? 'none');
      return `${store.url}/selfsame/${key.replace('query.', '')}/hello-world?${atob(link)}`;
    });
  };
  const statusOf = async (link: string): Promise<number> =>
    (await fetch(link, { headers: { range: 'bytes=0-3' } })).status;
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

  step('stand in the Secrets that hold them alone, also while links are ended and made anew', 180_000, async () => {
    await hello('--kubernetes --target linux-x64 --env-from-secret DB_PASSWORD=shop-db/password');
    const before = await links();
    expect(await Promise.all(before.map(statusOf))).toEqual([206]);
    await expectNoneOutside();

    await hello('self revoke --yes');
    const after = await links();
    expect(await Promise.all([...before, ...after].map(statusOf))).toEqual([403, 206]);
    expect((await hello('self status')).stdout).toContain('policy selfsame-');
    await expectNoneOutside();
    await hello('self delete --yes');
    expect(await secrets.leaksLeft()).toEqual([]);
  });
});
