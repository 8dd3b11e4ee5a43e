import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BlobServiceClient,
  ContainerSASPermissions,
  generateBlobSASQueryParameters,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { V1ResourceQuota } from '@kubernetes/client-node';
import type { Azurite } from '../support/stores/azurite-server.ts';
import { watch } from '../../src/platforms/kubernetes/api/watch.ts';
import { type Account, accountWith, deployerCluster, deployRules } from '../support/cluster/account.ts';
import { azuriteProcess } from '../support/stores/azurite.ts';
import type { TestCluster } from '../support/cluster/cluster.ts';
import { type PreflightGiven, situations } from '../support/cluster/preflight-situations.ts';
import { helloExecutable } from '../support/programs/executables.ts';
import { kubeconfigOf } from '../support/kubernetes/api-server.ts';
import { type EndedProgram, runProgram } from '../support/programs/program.ts';
import { meddlingProxy, type MeddlingProxy } from '../support/stores/meddling-proxy.ts';

/** Everything that can be wrong before anything is sent: refused at once, with all of its causes. */
describe('./hello-world --kubernetes, where something stands in the way', () => {
  let plain: TestCluster;
  let counted: TestCluster;
  let limited: TestCluster;
  let small: TestCluster;
  let azurite: Azurite;
  let store: MeddlingProxy;
  let account: Account;
  let weak: Account;
  let files: string;
  let links: { readOnly: string; byPolicy: string };

  beforeAll(async () => {
    [plain, counted, limited, small] = await Promise.all([
      deployerCluster('plain', ['hello-world', 'taken'], { seesNodes: true }),
      deployerCluster('counted', undefined, { seesNodes: true }),
      deployerCluster('limited', undefined, { seesNodes: true }),
      deployerCluster('small', undefined, { seesNodes: true }),
    ]);
    azurite = await azuriteProcess();
    store = await meddlingProxy(azurite.port);
    links = await linksTo(azurite);
    files = await mkdtemp(join(tmpdir(), 'selfsame-'));
    account = await accountWith(deployRules(), counted);
    weak = await accountWith(withoutTwo, plain);
    await make(plain, 'services', { metadata: { name: 'taken' }, spec: { ports: [{ port: 80 }] } });
    await make(small, 'limitranges', {
      metadata: { name: 'small' },
      spec: { limits: [{ type: 'Container', max: { memory: '64Mi' } }] },
    });
    await quota(counted, { pods: '2' });
    await quota(limited, { 'limits.cpu': '4' });
  }, 120_000);

  afterAll(async () => {
    await Promise.all([plain, counted, limited, small].map(async (place) => place?.close()));
    await account?.remove();
    await weak?.remove();
    await store?.close();
    await azurite?.stop();
    await rm(files, { recursive: true, force: true });
  }, 60_000);

  const run = async (words: readonly string[], given: PreflightGiven = {}): Promise<EndedProgram> => {
    const { place = plain, env = {}, kubeconfig = place.kubeconfig } = given;
    const namespace = given.namespace ?? place.namespace;
    return runProgram(helloExecutable, ['--kubernetes', ...words, '--namespace', namespace], {
      env: {
        KUBECONFIG: kubeconfig,
        AZURE_STORAGE_CONNECTION_STRING: azurite.connectionString.replace(`:${azurite.port}/`, `:${store.port}/`),
        // None of these gets as far as an image.
        SELFSAME_RUNNER_IMAGE: 'localhost/selfsame-runner:test',
        ...env,
      },
    });
  };
  const kubeconfigAt = (server: string, user: object): string => {
    const file = join(files, Buffer.from(server).toString('hex'));
    writeFileSync(file, JSON.stringify(kubeconfigOf({ server, 'insecure-skip-tls-verify': true }, user)));
    return file;
  };
  const sas = (query: string) => ({
    AZURE_STORAGE_CONNECTION_STRING: `BlobEndpoint=http://127.0.0.1:${store.port}/${azurite.account};SharedAccessSignature=${query}`,
  });
  const closed = () => ({
    AZURE_STORAGE_CONNECTION_STRING: azurite.connectionString.replace(`:${azurite.port}/`, ':1/'),
  });

  const world = () => ({ plain, counted, limited, small, weak, links, kubeconfigAt, sas, closed });

  it.each(situations.map(([what, words, wanted, given = () => ({})]) => [what, words, wanted, given] as const))(
    'refuses before a byte is sent: %s',
    async (_, words, wanted, given) => {
      const ended = await run([...words, '--output', 'json'], given(world()));
      const { error } = JSON.parse(ended.stdout) as { error: { findings: { code: string; message: string }[] } };
      const { findings } = error;
      expect(findings).toEqual(
        wanted.map(([code, message]) => ({
          code,
          message: expect.stringMatching(message),
          hint: expect.stringMatching(/^[A-Z].*\.$/),
        })),
      );
      const lines = ended.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('✓'));
      expect(lines).toEqual(findings.map(({ message }) => expect.stringContaining(`error: ${message}`)));
      expect(ended.status).toBe(3);
      expect(store.bodyBytes).toBe(0);
    },
    60_000,
  );

  it('has left nothing behind', async () => {
    const service = BlobServiceClient.fromConnectionString(azurite.connectionString);
    const blobs = await Array.fromAsync(
      service.getContainerClient('selfsame').listBlobsFlat({ includeUncommitedBlobs: true }),
    );
    expect(blobs).toEqual([]);
    for (const { cluster, namespace } of [plain, counted, limited, small]) {
      const query = { labelSelector: 'app.kubernetes.io/managed-by=selfsame' };
      for (const path of ['api/v1 secrets', 'api/v1 services', 'apis/apps/v1 deployments', 'api/v1 pods']) {
        const [group, plural] = path.split(' ');
        const found = await cluster.request('GET', `/${group}/namespaces/${namespace}/${plural}`, { query });
        expect(found).toMatchObject({ items: [] });
      }
    }
  }, 30_000);

  it('builds for the nodes that the selector leaves alone', async () => {
    const ended = await run(['--node-selector', 'kubernetes.io/arch=amd64', '--dry-run', '--output', 'json']);
    expect(ended).toMatchObject({ status: 0, stdout: expect.stringContaining('selfsame.dev/version.amd64') });
    expect(ended.stdout).not.toContain('selfsame.dev/version.arm64');
  }, 60_000);

  it('says in one line what an account with rights in one namespace could not check', async () => {
    const given = { place: counted, kubeconfig: account.kubeconfig };
    const ended = await run(['--replicas', '2', '--dry-run'], given);
    expect(ended).toMatchObject({ status: 0, stdout: expect.stringContaining('kind: Deployment') });
    const warnings = ended.stderr.split('\n').filter((line) => line.startsWith('warning:'));
    expect(warnings).toEqual([
      expect.stringMatching(
        /not checked: this account may not see nodes \(so it is built for linux-arm64 and linux-x64\), see quotas, try a pod/,
      ),
    ]);
  }, 60_000);
});

/** All rights to deploy but two. */
const withoutTwo = deployRules().map(({ apiGroups, resources = [], resourceNames, verbs }) => ({
  apiGroups,
  resources,
  resourceNames,
  verbs: verbs.filter((verb) => !['create services', 'watch pods'].includes(`${verb} ${resources.join()}`)),
}));

async function make({ cluster, namespace }: TestCluster, plural: string, body: object): Promise<void> {
  await cluster.request('POST', `/api/v1/namespaces/${namespace}/${plural}`, { body });
}

/** Makes a quota, and waits until it counts. */
async function quota(place: TestCluster, hard: Record<string, string>): Promise<void> {
  await make(place, 'resourcequotas', { metadata: { name: 'the-quota' }, spec: { hard } });
  const done = new AbortController();
  const watching = watch<V1ResourceQuota>(place.cluster, `/api/v1/namespaces/${place.namespace}/resourcequotas`, {
    signal: AbortSignal.any([done.signal, AbortSignal.timeout(60_000)]),
    onChange(quotas) {
      if ([...quotas.values()].some(({ status }) => status?.hard && status.used)) done.abort();
    },
  });
  await watching.catch((error: unknown) => {
    if (!done.signal.aborted) throw error;
  });
}

/** Links to the container that may not write: one says so itself, of the other only the service knows. */
async function linksTo({ connectionString, account, key }: Azurite): Promise<{ readOnly: string; byPolicy: string }> {
  const container = BlobServiceClient.fromConnectionString(connectionString).getContainerClient('selfsame');
  await container.create();
  const expiresOn = new Date(Date.now() + 3_600_000);
  const accessPolicy = { permissions: 'rl', startsOn: new Date(Date.now() - 60_000), expiresOn };
  await container.setAccessPolicy(undefined, [{ id: 'reading', accessPolicy }]);
  const signer = new StorageSharedKeyCredential(account, key);
  const permissions = ContainerSASPermissions.parse('rl');
  const sign = (values: object) =>
    generateBlobSASQueryParameters({ containerName: 'selfsame', ...values }, signer).toString();
  return { readOnly: sign({ permissions, expiresOn }), byPolicy: sign({ identifier: 'reading' }) };
}
