import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { ErrorCode } from '../../src/shared/errors.ts';
import { apiServer, refuseCall } from '../support/kubernetes/api-server.ts';
import { playedCluster, type PlayedCluster } from '../support/kubernetes/played-cluster.ts';
import { atOnce, type MarkedSecrets, markedSecrets } from '../support/programs/marked.ts';
import { askingCommands, credentialOf, expectNoLeak, tryMarked } from '../support/programs/marked-commands.ts';
import { markedStores, type MarkedStores } from '../support/stores/marked-stores.ts';
import type { EndedProgram } from '../support/programs/program.ts';
import { type StoreWay, storeWays } from '../support/stores/store-settings.ts';

// A cluster and stores that answer, and stores and a cluster that refuse.
let secrets: MarkedSecrets;
let stores: MarkedStores;

beforeAll(async () => {
  secrets = await markedSecrets();
  stores = await markedStores(secrets);
}, 60_000);
afterAll(async () => {
  await secrets?.[Symbol.asyncDispose]();
  await stores?.stop();
});

it('no secret stands where others can read it, whatever command and store', async () => {
  await atOnce(storeWays, async (way) => {
    const server = await playedCluster();
    const KUBECONFIG = await server.kubeconfig(await secrets.plugin(credentialOf(secrets.mark('working token'))));
    const password = secrets.mark('Secret of the application');
    server.objects.put('secrets', { metadata: { name: 'shop-db' }, data: { password: btoa(password) } });
    const env = { ...stores.settings[way], KUBECONFIG };
    const run = async (line: string, ...statuses: number[]): Promise<void> => {
      const ended = await tryMarked(secrets, line.split(' '), env);
      learnLinks(server);
      // A link that it has made itself is known only now.
      expectNoLeak(secrets, line, ended);
      const said = ended.stdout + ended.stderr;
      const isWanted = statuses.includes(ended.status ?? 70) && !said.includes('never-shown');
      expect({ way, line, ended: isWanted ? 'as wanted' : ended }).toEqual({ way, line, ended: 'as wanted' });
    };
    const flags = `--target linux-x64 --env-from-secret DB_PASSWORD=shop-db/password${stores.flagsOf(way)}`;
    await run(`--kubernetes ${flags}`, 0);
    await run(`--kubernetes ${flags} --env API_KEY=never-shown --dry-run`, 0);
    await run(`self diff ${flags}`, 0);
    await run(`self diff ${flags} --env API_KEY=never-shown`, 1);
    const others = askingCommands.filter((line) => !/^--kubernetes|^self (diff|delete)/.test(line));
    const withFlags = (line: string): string => (line === '--local' ? line + stores.flagsOf(way) : line);
    for (const line of others.map(withFlags)) await run(line, 0, 1, 2, 3);
    expectNoneIn(server, way);

    const denied = await apiServer((_request, response) =>
      refuseCall(response, 403, {
        reason: 'Forbidden',
        message: 'deployments.apps is forbidden: User "marked" cannot get resource "deployments"',
      }),
    );
    const kubeconfig =
      way === 'cluster' ? await denied.kubeconfig({ token: secrets.mark('refused token') }) : KUBECONFIG;
    const wrong = { ...stores.refused[way], KUBECONFIG: kubeconfig };
    const refused = async (line: string): Promise<EndedProgram> => tryMarked(secrets, line.split(' '), wrong);
    // All but the deletion, which asks no store, and would leave the others nothing to look at.
    for (const line of [...others.map(withFlags), `self diff ${flags}`]) await refused(line);
    const { status, stdout } = await refused(`--kubernetes ${flags} --output json`);
    const said = JSON.parse(stdout) as unknown;
    expect({ way, status, said }).toMatchObject({ status: 3, said: { error: { code: refusalOf(way) } } });
    expectNoneIn(server, way);
    await run('self delete --yes', 0);
    await Promise.all([server.close(), denied.close()]);
  });
}, 400_000);

it('nothing is left in words of processes, in the cache or among temporary files, and no core file', async () => {
  expect(await secrets.leaksLeft()).toEqual([]);
  expect(await secrets.coreFiles()).toEqual([]);
});

function expectNoneIn({ objects }: PlayedCluster, way: StoreWay): void {
  const links = objects.find('secrets', 'hello-world-source');
  expect({ way, hasLinks: links !== undefined }).toEqual({ way, hasLinks: !['file', 'cluster'].includes(way) });
  const collections = ['deployments', 'replicasets', 'pods', 'services', 'configmaps', 'events', 'secrets'];
  const others = collections
    .flatMap((collection) => objects.list(collection))
    .filter(({ metadata: { name } }) => !['shop-db', 'hello-world-source'].includes(name));
  expect(others.length).toBeGreaterThan(3);
  expect({ way, leaks: secrets.leaksIn(JSON.stringify(others)) }).toEqual({ way, leaks: [] });
}

/** The code of the error where the credentials are refused, or the folder is not there. */
function refusalOf(way: StoreWay): ErrorCode {
  return way === 'cluster' ? 'cluster-denied' : way === 'file' ? 'store-unreachable' : 'store-denied';
}

/** The signatures that pods read with. */
function learnLinks({ objects }: PlayedCluster): void {
  const { data = {} } = (objects.find('secrets', 'hello-world-source') ?? {}) as { data?: Record<string, string> };
  for (const link of Object.values(data)) {
    const fields = new URLSearchParams(atob(link));
    secrets.learn(fields.get('sig') ?? fields.get('X-Amz-Signature') ?? 'none');
  }
}
