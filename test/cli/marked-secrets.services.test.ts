import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { commands } from '../../src/cli/commands/commands.ts';
import { helloExecutable } from '../support/programs/executables.ts';
import { elsewhere } from '../support/programs/executable-fixture.ts';
import { atOnce, type MarkedSecrets, markedSecrets } from '../support/programs/marked.ts';
import {
  credentialOf,
  everyCommand,
  expectNoLeak,
  printsData,
  tryMarked,
} from '../support/programs/marked-commands.ts';
import { storeSettings, storeWays } from '../support/stores/store-settings.ts';

// Secrets in every place that takes one, and none of them in any place that others can read.
let secrets: MarkedSecrets;
const nobody = 'http://127.0.0.1:1';

beforeAll(async () => {
  secrets = await markedSecrets();
});
afterAll(async () => secrets[Symbol.asyncDispose]());

type Environment = Record<string, string>;

describe('with secrets in every setting', () => {
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
      await secrets.plugin(credentialOf(secrets.mark('plugin token'))),
      { token: 'x', 'client-certificate-data': btoa('x'), 'client-key-data': btoa(secrets.mark('client key')) },
    ];
    const paths = await Promise.all(users.map(async (user) => secrets.kubeconfig(user, { server: nobody })));
    const sas = `sv=2022-11-02&sr=c&sp=rcwl&se=2099-01-01&sig=${secrets.mark('sas')}`;
    const settings = storeSettings({
      azure: { url: `${nobody}/marked`, account: 'marked', key: secrets.mark('account key'), sas },
      s3: { endpoint: nobody, keys: {} },
      folder: '/nowhere',
    });
    const runs = storeWays.flatMap((way) => everyCommand.map((line) => ({ way, line })));
    await atOnce(runs.entries(), async ([at, { way, line }]) => {
      const words = [...line.split(' '), ...(at % 2 === 0 && printsData(line) ? ['--output', 'json'] : [])];
      await tryMarked(secrets, words, { ...shared, ...settings[way], KUBECONFIG: paths[at % paths.length] });
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
      expectNoLeak(secrets, `${line} with ${JSON.stringify(environment)}`, ended);
      expect({ line, environment, ...ended }).toMatchObject({ stderr: expect.stringContaining('error: ') });
    });
  }, 120_000);
});

it('every command is one of those that are tried', () => {
  const tried = new Set(everyCommand.map((line) => line.split(' ')[1]));
  expect(commands.map(({ name }) => name).filter((name) => !tried.has(name))).toEqual([]);
});

it('nothing is left in words of processes, in the cache or among temporary files, and no core file', async () => {
  expect(await secrets.leaksLeft()).toEqual([]);
  expect(await secrets.coreFiles()).toEqual([]);
});
