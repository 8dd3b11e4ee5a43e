import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { EndedProgram } from '../support/programs/program.ts';
import { helloExecutable } from '../support/programs/executables.ts';
import { elsewhere } from '../support/programs/executable-fixture.ts';
import { atOnce, type MarkedSecrets, markedSecrets } from '../support/programs/marked.ts';
import { playedCluster, type PlayedCluster } from '../support/kubernetes/played-cluster.ts';
import type { Azurite } from '../support/stores/azurite-server.ts';
import { azuriteProcess } from '../support/stores/azurite.ts';
import { makeBucket } from '../support/stores/bucket.ts';
import { s3Server, type S3Server } from '../support/stores/seaweed.ts';

// Secrets in every place that takes one, and none of them in any place that others can read.
let secrets: MarkedSecrets;
const nobody = 'http://127.0.0.1:1';

beforeAll(async () => {
  secrets = await markedSecrets();
});
afterAll(async () => secrets[Symbol.asyncDispose]());

type Environment = Record<string, string>;

const credential = (token: string): string =>
  JSON.stringify({ kind: 'ExecCredential', apiVersion: 'client.authentication.k8s.io/v1', status: { token } });

function expectNoLeak(what: string, { stdout, stderr, status }: EndedProgram): void {
  const leaks = secrets.leaksIn(stdout + stderr);
  expect({ what, leaks, said: leaks.length > 0 ? stderr.slice(0, 2000) : '' }).toEqual({ what, leaks: [], said: '' });
  expect({ what, stderr, isBug: status === 70 || status === null }).toEqual({ what, stderr, isBug: false });
}

const commands = [
  '--kubernetes',
  'self gc --store-objects --yes',
  'self doctor',
  ...['status', 'logs', 'verify', 'history', 'diff', 'cost', 'rollback', 'scale 2', 'delete --yes', 'revoke --yes'].map(
    (line) => `self ${line}`,
  ),
];

describe('with secrets in every setting', () => {
  /** Where nobody answers, whatever is asked. */
  const gone = (): Record<string, Environment> => {
    const mark = secrets.mark;
    const sas = `sv=2022-11-02&sr=c&sp=rcwl&se=2099-01-01&sig=${mark('sas')}`;
    const key = mark('account key');
    return {
      // With these two every command, with the others those that look at a store.
      'azure, SAS': { SELFSAME_STORE: `${nobody}/marked/apps`, AZURE_STORAGE_SAS_TOKEN: sas },
      s3: { SELFSAME_STORE: `s3://apps?endpoint=${nobody}` },
      'azure, key': { SELFSAME_STORE: 'azure://marked/apps', AZURE_STORAGE_KEY: key },
      cluster: {},
      'azure, connection string': {
        AZURE_STORAGE_CONNECTION_STRING: `DefaultEndpointsProtocol=http;AccountName=marked;AccountKey=${key};BlobEndpoint=${nobody}/marked`,
      },
      file: { SELFSAME_STORE: `file:///nowhere` },
    };
  };

  it('no command tells one where neither cluster nor store can be reached', async () => {
    const shared: Environment = {
      AWS_ACCESS_KEY_ID: 'AKIAMARKED',
      AWS_SECRET_ACCESS_KEY: secrets.mark('aws key'),
      AWS_SESSION_TOKEN: secrets.mark('aws session'),
      AZURE_CLIENT_SECRET: secrets.mark('azure client secret'),
      HTTPS_PROXY: `http://me:${secrets.mark('proxy')}@127.0.0.1:1`,
      HTTP_PROXY: `http://me:${secrets.mark('proxy')}@127.0.0.1:1`,
      npm_config_registry: `http://me:${secrets.mark('registry')}@127.0.0.1:1/npm`,
      'npm_config_//127.0.0.1:1/:_authToken': secrets.mark('npm token'),
    };
    const users = [
      { token: secrets.mark('token') },
      { username: 'me', password: secrets.mark('password') },
      await secrets.plugin(credential(secrets.mark('plugin token'))),
      { token: 'x', 'client-certificate-data': btoa('x'), 'client-key-data': btoa(secrets.mark('client key')) },
    ];
    const paths = await Promise.all(users.map(async (user) => secrets.kubeconfig(user, { server: nobody })));
    const runs = Object.entries(gone()).flatMap(([store, environment], at) =>
      (at < 2 ? commands : commands.slice(0, 3)).map((line) => ({ store, environment, line })),
    );
    await atOnce(runs.entries(), async ([at, { store, environment, line }]) => {
      const KUBECONFIG = paths[at % paths.length] ?? '';
      const words = [...line.split(' '), ...(at % 2 === 0 ? ['--output', 'json'] : [])];
      const ended = await secrets.run(helloExecutable, words, { ...shared, ...environment, KUBECONFIG });
      expectNoLeak(`${line} with ${store}`, ended);
    });
  }, 120_000);

  it('no setting is quoted where it cannot be read', async () => {
    const hidden = secrets.mark('unreadable');
    const passwords = [`${hidden}#x`, `${hidden}/x`, `12/${hidden}`, `${hidden}%`];
    const addresses = passwords.map((password) => `http://me:${password}@127.0.0.1:1`);
    const [first = '', second = '', third = '', fourth = ''] = addresses;
    const remote = { server: 'https://api.invalid' };
    const token = { token: 'x' };
    const key = Buffer.alloc(64, 1).toString('base64');
    const s3 = { SELFSAME_STORE: 's3://apps', AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'x' };
    const azure = { SELFSAME_STORE: 'azure://marked/apps', AZURE_STORAGE_KEY: key };
    const rebuild = `self rebuild --target ${elsewhere} -o /tmp/never-written`;
    const clusters = [
      ...addresses.map((address) => [token, { ...remote, 'proxy-url': address }]),
      ...addresses.map((address) => [token, { server: address }]),
      [token, { server: hidden }],
      [{ token: `${hidden}\u0001` }, { server: nobody }],
      [{ token: hidden }, { server: 'http://api.invalid' }],
      [await secrets.plugin(hidden), remote],
      [await secrets.plugin(hidden, 1), remote],
      [{ token: 'x', 'client-key-data': btoa(hidden), 'client-certificate-data': btoa(hidden) }, remote],
    ] as const;
    const paths = await Promise.all(clusters.map(async ([user, cluster]) => secrets.kubeconfig(user, cluster)));
    const connection = (endpoint: string) =>
      `BlobEndpoint=${endpoint};SharedAccessSignature=sv=1&sr=c&sp=rcwl&sig=${hidden}`;
    const cases: [line: string, environment: Environment][] = [
      ...paths.map((KUBECONFIG): [string, Environment] => ['self status', { KUBECONFIG }]),
      ['self status', { HTTPS_PROXY: first, KUBECONFIG: paths.at(-1) ?? '' }],
      ['--local', { ...s3, https_proxy: second }],
      ['--local', { ...azure, ALL_PROXY: third }],
      ['--local', { SELFSAME_STORE: fourth }],
      ['--local', { ...s3, AWS_ENDPOINT_URL: third }],
      ['--local', { AZURE_STORAGE_CONNECTION_STRING: connection(third) }],
      ['--local', { AZURE_STORAGE_CONNECTION_STRING: connection(first) }],
      [rebuild, { HTTP_PROXY: second }],
      [rebuild, { npm_config_registry: first }],
      [rebuild, { npm_config_https_proxy: fourth }],
      [rebuild, { SELFSAME_RUNTIME_SOURCE: second }],
      ['--local', { SELFSAME_STORE: `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${hidden}` }],
      ['--local', { SELFSAME_STORE: `s3://key:${hidden}@apps` }],
      ['--local', { SELFSAME_STORE: `file://${hidden}@host/x` }],
      ['--local', { AZURE_STORAGE_CONNECTION_STRING: connection(hidden) }],
      ['--local', { ...azure, AZURE_STORAGE_ACCOUNT: `AccountKey=${hidden}` }],
      ['--local', { ...azure, AZURE_STORAGE_KEY: `${hidden}!` }],
      ['--local', { SELFSAME_STORE: 'azure://marked/apps', AZURE_STORAGE_SAS_TOKEN: hidden }],
      ['--local', { ...s3, AWS_SECRET_ACCESS_KEY: `${hidden} x` }],
      [rebuild, { SELFSAME_RUNTIME_SOURCE: `ftp://me:${hidden}@host/dist` }],
      [rebuild, { SELFSAME_RUNTIME_SOURCE: `http://host.invalid/dist?sig=${hidden}` }],
    ];
    await atOnce(cases, async ([line, environment]) => {
      const ended = await secrets.run(helloExecutable, line.split(' '), environment);
      expectNoLeak(`${line} with ${JSON.stringify(environment)}`, ended);
      expect({ line, environment, ...ended }).toMatchObject({ stderr: expect.stringContaining('error: ') });
    });
  }, 120_000);
});

describe('with a cluster and stores that answer', () => {
  let azurite: Azurite;
  let s3: S3Server;
  const stores = (): Record<string, Environment> => ({
    azure: { AZURE_STORAGE_CONNECTION_STRING: azurite.connectionString },
    s3: { ...s3.writer, SELFSAME_STORE: `s3://apps?endpoint=${s3.endpoint}` },
    cluster: {},
  });

  beforeAll(async () => {
    [azurite, s3] = await Promise.all([azuriteProcess(), s3Server()]);
    await makeBucket(s3, 'apps');
    secrets.learn(azurite.key);
    secrets.learn(s3.writer['AWS_SECRET_ACCESS_KEY'] ?? '');
  }, 60_000);
  afterAll(async () => {
    await azurite?.stop();
    await s3?.stop();
  });

  it('no secret stands where others can read it, whatever the store', async () => {
    await atOnce(Object.entries(stores()), async ([kind, store]) => {
      const server = await playedCluster();
      const kubeconfig = await server.kubeconfig(await secrets.plugin(credential(secrets.mark('working token'))));
      const password = secrets.mark('Secret of the application');
      server.objects.put('secrets', { metadata: { name: 'shop-db' }, data: { password: btoa(password) } });
      const run = async (line: string, ...statuses: number[]): Promise<void> => {
        const ended = await secrets.run(helloExecutable, line.split(' '), { ...store, KUBECONFIG: kubeconfig });
        learnLinks(server);
        expectNoLeak(`${line} with ${kind}`, ended);
        const isWanted = (statuses.length === 0 ? [0] : statuses).includes(ended.status ?? 70);
        const isOpen = (ended.stdout + ended.stderr).includes('never-shown');
        expect([kind, line, isWanted ? 'ends as wanted' : ended, isOpen]).toEqual([
          kind,
          line,
          'ends as wanted',
          false,
        ]);
      };
      const deploy = '--target linux-x64 --env-from-secret DB_PASSWORD=shop-db/password';
      await run(`--kubernetes ${deploy}`);
      await run(`--kubernetes ${deploy} --env API_KEY=never-shown --dry-run`);
      await run(`self diff ${deploy}`);
      await run(`self diff ${deploy} --env API_KEY=never-shown`, 1);
      for (const line of ['status --output json', 'verify', 'logs --no-follow', 'doctor'])
        await run(`self ${line}`, 0, 1);
      await run('self revoke --yes', kind === 's3' ? 3 : 0);
      if (kind !== 'cluster') await run('self gc --store-objects --yes');

      const links = server.objects.find('secrets', 'hello-world-source');
      expect({ kind, hasLinks: links !== undefined }).toEqual({ kind, hasLinks: kind !== 'cluster' });
      const collections = ['deployments', 'replicasets', 'pods', 'services', 'configmaps', 'events', 'secrets'];
      const others = collections
        .flatMap((collection) => server.objects.list(collection))
        .filter(({ metadata: { name } }) => !['shop-db', 'hello-world-source'].includes(name));
      expect(others.length).toBeGreaterThan(3);
      expect({ kind, leaks: secrets.leaksIn(JSON.stringify(others)) }).toEqual({ kind, leaks: [] });
      await run('self delete --yes');
      await server.close();
    });
  }, 120_000);

  /** The signatures that pods read with. */
  function learnLinks({ objects }: PlayedCluster): void {
    const { data = {} } = (objects.find('secrets', 'hello-world-source') ?? {}) as { data?: Record<string, string> };
    for (const link of Object.values(data)) {
      const fields = new URLSearchParams(atob(link));
      secrets.learn(fields.get('sig') ?? fields.get('X-Amz-Signature') ?? 'none');
    }
  }
});

it('nothing is left in words of processes, in the cache or among temporary files', async () => {
  expect(await secrets.leaksLeft()).toEqual([]);
});
