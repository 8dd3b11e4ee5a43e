import { BlobServiceClient, ContainerSASPermissions } from '@azure/storage-blob';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { apiServer, refuseCall } from '../support/kubernetes/api-server.ts';
import { playedCluster, type PlayedCluster } from '../support/kubernetes/played-cluster.ts';
import { atOnce, type MarkedSecrets, markedSecrets } from '../support/programs/marked.ts';
import { askingCommands, credentialOf, tryMarked } from '../support/programs/marked-commands.ts';
import type { Azurite } from '../support/stores/azurite-server.ts';
import { azuriteProcess } from '../support/stores/azurite.ts';
import { makeBucket } from '../support/stores/bucket.ts';
import { fileServer, type FileServer } from '../support/stores/file-server.ts';
import { s3Server, type S3Server } from '../support/stores/seaweed.ts';
import { storeSettings, type StorePlaces, type StoreWay, storeWays } from '../support/stores/store-settings.ts';

// A cluster and stores that answer, and stores and a cluster that refuse.
let secrets: MarkedSecrets;
let azurite: Azurite;
let s3: S3Server;
let files: FileServer;
let places: StorePlaces;
let refused: StorePlaces;

beforeAll(async () => {
  secrets = await markedSecrets();
  const key = secrets.mark('account key');
  [azurite, s3, files] = await Promise.all([azuriteProcess({ key }), s3Server(), fileServer()]);
  await makeBucket(s3, 'apps');
  places = {
    azure: { ...azurite, sas: await containerSas(azurite) },
    s3: { endpoint: s3.endpoint, keys: s3.writer },
    folder: files.folder,
  };
  const wrongSas = new URLSearchParams(places.azure.sas);
  secrets.learn(wrongSas.get('sig') ?? 'none');
  secrets.learn(s3.writer['AWS_SECRET_ACCESS_KEY'] ?? '');
  wrongSas.set('sig', secrets.mark('refused signature'));
  refused = {
    azure: { ...places.azure, key: secrets.mark('refused key'), sas: String(wrongSas) },
    s3: { ...places.s3, keys: { ...s3.writer, AWS_SECRET_ACCESS_KEY: secrets.mark('refused secret') } },
    folder: '/nowhere',
  };
}, 60_000);
afterAll(async () => {
  await secrets?.[Symbol.asyncDispose]();
  for (const server of [azurite, s3, files]) await server?.stop();
});

it('no secret stands where others can read it, whatever command and store', async () => {
  await atOnce(storeWays, async (way) => {
    const server = await playedCluster();
    const KUBECONFIG = await server.kubeconfig(await secrets.plugin(credentialOf(secrets.mark('working token'))));
    const password = secrets.mark('Secret of the application');
    server.objects.put('secrets', { metadata: { name: 'shop-db' }, data: { password: btoa(password) } });
    const env = { ...storeSettings(places)[way], KUBECONFIG };
    const run = async (line: string, ...statuses: number[]): Promise<void> => {
      const ended = await tryMarked(secrets, line.split(' '), env);
      learnLinks(server);
      const said = ended.stdout + ended.stderr;
      const isWanted = statuses.includes(ended.status ?? 70) && !said.includes('never-shown');
      expect({ way, line, ended: isWanted ? 'as wanted' : ended }).toEqual({ way, line, ended: 'as wanted' });
    };
    const flags = `--target linux-x64 --env-from-secret DB_PASSWORD=shop-db/password${urlOf(way)}`;
    await run(`--kubernetes ${flags}`, 0);
    await run(`--kubernetes ${flags} --env API_KEY=never-shown --dry-run`, 0);
    await run(`self diff ${flags}`, 0);
    await run(`self diff ${flags} --env API_KEY=never-shown`, 1);
    const others = askingCommands.filter((line) => !/^--kubernetes|^self (diff|delete)/.test(line));
    for (const line of others) await run(line === '--local' ? line + urlOf(way) : line, 0, 1, 2, 3);
    expectNoneIn(server, way);

    const denied = await apiServer((_request, response) =>
      refuseCall(response, 403, { reason: 'Forbidden', message: 'you may not' }),
    );
    const kubeconfig =
      way === 'cluster' ? await denied.kubeconfig({ token: secrets.mark('refused token') }) : KUBECONFIG;
    const wrong = { ...storeSettings(refused)[way], KUBECONFIG: kubeconfig };
    // It asks no store, and would leave the others nothing to look at.
    const beforeEnd = askingCommands.filter((line) => !line.startsWith('self delete'));
    for (const line of beforeEnd) await tryMarked(secrets, line.split(' '), wrong);
    expectNoneIn(server, way);
    await run('self delete --yes', 0);
    await Promise.all([server.close(), denied.close()]);
  });
}, 400_000);

it('nothing is left in words of processes, in the cache or among temporary files, and no core file', async () => {
  expect(await secrets.leaksLeft()).toEqual([]);
  expect(await secrets.coreFiles()).toEqual([]);
});

/** A folder has no address of its own. */
function urlOf(way: StoreWay): string {
  return way === 'file' ? ` --store-url http://127.0.0.1:${files.port}` : '';
}

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

/** The signatures that pods read with. */
function learnLinks({ objects }: PlayedCluster): void {
  const { data = {} } = (objects.find('secrets', 'hello-world-source') ?? {}) as { data?: Record<string, string> };
  for (const link of Object.values(data)) {
    const fields = new URLSearchParams(atob(link));
    secrets.learn(fields.get('sig') ?? fields.get('X-Amz-Signature') ?? 'none');
  }
}

/** As a container's owner gives it to who may deploy into that alone. */
async function containerSas({ connectionString }: Azurite): Promise<string> {
  const container = BlobServiceClient.fromConnectionString(connectionString).getContainerClient('by-sas');
  await container.create();
  const permissions = ContainerSASPermissions.parse('rcwdl');
  const url = await container.generateSasUrl({ permissions, expiresOn: new Date('2031-01-01') });
  return new URL(url).search.slice(1);
}
