import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { V1Deployment } from '@kubernetes/client-node';
import type { Verified } from '../../src/deploy/verify.ts';
import { pathOf } from '../../src/platforms/kubernetes/api/resource-paths.ts';
import { pinnedImage } from '../support/cluster/pinned-image.ts';
import { loadRunnerImage } from '../support/cluster/runner-image.ts';
import { deployerCluster } from '../support/cluster/account.ts';
import type { TestCluster } from '../support/cluster/cluster.ts';
import { loadStockImage } from '../support/cluster/stock-image.ts';
import { changedExecutable, helloExecutable } from '../support/programs/executables.ts';
import { type EndedProgram, runProgram } from '../support/programs/program.ts';
import { makeBucket } from '../support/stores/bucket.ts';
import type { Azurite } from '../support/stores/azurite-server.ts';
import { azuriteProcess } from '../support/stores/azurite.ts';
import { s3Server, type S3Server } from '../support/stores/seaweed.ts';
import { objectTamperings, replacedMap } from '../support/tampering/of-objects.ts';
import { storeTamperings } from '../support/tampering/of-stores.ts';
import { templateTamperings } from '../support/tampering/of-template.ts';
import { changeTemplate, mergePatch, objectThere, pausedName, podsOfName } from '../support/tampering/tampering.ts';

/** What is deployed: by which program, and with which words besides those of all. */
interface Deployed {
  readonly words: () => readonly string[];
  readonly env?: () => Readonly<Record<string, string>>;
  /** Where it is not hello-world at once. */
  readonly deploy?: () => Promise<EndedProgram>;
}

let place: TestCluster;
let azurite: Azurite;
let s3: S3Server;
let stock: string;
let thin: string;

const onNode1 = ['--target', 'linux-x64', '--node-selector', 'kubernetes.io/hostname=node-1'];
const inAzure = () => ({ AZURE_STORAGE_CONNECTION_STRING: azurite.connectionString });
const inS3 = () => ['--store', `s3://apps?endpoint=http://${place.hostAddress}:${s3.port}`];

const deployments: Readonly<Record<string, Deployed>> = {
  stock: { words: () => ['--runner-image', stock, '--env', 'COLOUR=blue', '--http', ':8080'] },
  [pausedName]: { words: () => ['--runner-image', stock, '--env', 'COLOUR=blue'] },
  thin: { words: () => ['--runner-image', thin], env: inAzure },
  azure: { words: () => ['--runner-image', stock], env: inAzure },
  s3: { words: () => ['--runner-image', stock, ...inS3()], env: () => s3.writer },
  healed: { words: () => ['--runner-image', stock, '--env', 'COLOUR=blue'] },
  back: {
    words: () => ['--runner-image', stock],
    async deploy() {
      await hello('back', ['--kubernetes']);
      await hello('back', ['--kubernetes'], changedExecutable);
      return hello('back', ['self', 'rollback'], helloExecutable, []);
    },
  },
};

/** Runs a command on a deployment, with the flags that it is deployed with. */
async function hello(
  name: string,
  words: readonly string[],
  program = helloExecutable,
  flags = [...onNode1, ...(deployments[name]?.words() ?? [])],
): Promise<EndedProgram> {
  const at = ['--name', name, '--namespace', place.namespace, '--output', 'json'];
  const env = { KUBECONFIG: place.kubeconfig, AZURE_STORAGE_CONNECTION_STRING: undefined };
  return runProgram(program, [...words, ...at, ...flags], { env: { ...env, ...deployments[name]?.env?.() } });
}

async function verify(name: string): Promise<Verified & Pick<EndedProgram, 'status'>> {
  const { status, stdout, stderr } = await hello(name, ['self', 'verify']);
  if (stdout === '') throw new Error(stderr);
  return { ...(JSON.parse(stdout) as Verified), status };
}

beforeAll(async () => {
  place = await deployerCluster('verify', Object.keys(deployments));
  [azurite, s3] = await Promise.all([
    azuriteProcess({ host: '0.0.0.0', publicHost: place.hostAddress }),
    s3Server({ host: '0.0.0.0' }),
  ]);
  await makeBucket(s3, 'apps');
  stock = await pinnedImage(place, await loadStockImage());
  thin = await pinnedImage(place, await loadRunnerImage({ runtime: true }));
  await Promise.all(
    Object.entries(deployments).map(async ([name, { deploy }]) => {
      const ended = await (deploy ?? (async () => hello(name, ['--kubernetes'])))();
      if (ended.status !== 0) throw new Error(`${name}: ${ended.stderr}`);
    }),
  );
}, 400_000);

afterAll(async () => {
  await place?.close();
  await azurite?.stop();
  await s3?.stop();
}, 60_000);

describe('self verify proves a deployment that nobody touched', () => {
  it.each(Object.keys(deployments))('%s', async (name) => {
    const { status, result, comparisons, pods } = await verify(name);
    expect(comparisons.filter((one) => one.result !== 'same')).toEqual([]);
    expect([status, result]).toEqual([0, 'same']);
    expect(new Set(comparisons.map(({ evidence }) => evidence))).toEqual(
      new Set(['stored', 'image', 'spec', 'annotations', 'endpoints', ...(name === 'thin' ? [] : ['runner'])]),
    );
    expect(pods.map(({ wanted, claim }) => [claim?.version, claim?.runner, wanted])).toEqual(
      pods.map(({ wanted }) => [wanted, wanted, wanted]),
    );
  });
});

const stores = {
  azure: () => azurite,
  s3: () => s3,
  versionOf: async (name: string) => (await verify(name)).versions['linux-x64'] ?? '',
};

describe('self verify finds', () => {
  beforeAll(async () => mergePatch(place, 'Deployment', pausedName, { spec: { paused: true } }));

  it.each([...templateTamperings, ...objectTamperings, ...storeTamperings(stores)])('$title', async (tampering) => {
    const { on, run, found } = tampering;
    const takeBack = await run(place);
    try {
      const { status, comparisons } = await verify(on);
      expect(status).toBe(1);
      const differing = comparisons.filter(({ result }) => result === 'differs');
      expect(differing).toContainEqual(
        expect.objectContaining({ evidence: found[0], reason: expect.stringMatching(found[1]) }),
      );
    } finally {
      await takeBack();
    }
  });

  it.each(['stock', pausedName])('nothing, once all of it is taken back: %s', async (name) => {
    expect((await verify(name)).comparisons.filter(({ result }) => result === 'differs')).toEqual([]);
  });

  it('a pod that says what is right, and runs something else', async () => {
    const { versions } = await verify('azure');
    const version = versions['linux-x64'];
    const answer = JSON.stringify({ name: 'hello-world', version, runner: version, target: 'linux-x64' });
    const type = "{'content-type':'application/json'}";
    const script = `require('http').createServer((_,r)=>r.writeHead(200,${type}).end('${answer}')).listen(8080)`;
    const { spec } = await objectThere<V1Deployment>(place, 'Deployment', 'azure');
    const [app] = spec?.template.spec?.containers ?? [];
    await mergePatch(place, 'Deployment', 'azure', {
      spec: { template: { spec: { containers: [Object.assign({}, app, { command: ['node', '-e', script] })] } } },
    });
    const ended = await untilReplaced('azure');
    expect(ended.pods).toMatchObject([{ wanted: version, claim: { version, runner: version } }]);
    expect(ended).toMatchObject({ status: 1, result: 'differs' });
  }, 120_000);

  it('a container that was put beside one that runs', async () => {
    const [pod] = await podsOfName(place, 'thin');
    const { name = '' } = pod?.metadata ?? {};
    const [{ securityContext } = {}] = pod?.spec?.containers ?? [];
    await place.cluster.request('PATCH', `${pathOf('Pod', { ...place, name })}/ephemeralcontainers`, {
      contentType: 'application/strategic-merge-patch+json',
      body: { spec: { ephemeralContainers: [{ name: 'debugger', image: thin, securityContext }] } },
    });
    expect(await verify('thin')).toMatchObject({
      status: 1,
      comparisons: expect.arrayContaining([
        {
          evidence: 'spec',
          object: `Pod ${name}`,
          result: 'differs',
          reason: expect.stringContaining('ephemeralContainers'),
        },
      ]),
    });
  });
});

describe('the same deploy', () => {
  it('puts right what others have done, and says what it found', async () => {
    const on = 'healed';
    const other = { data: { 'runner.cjs': 'evil()' } };
    await replacedMap(place, { on, name: /-runner-/ }, (map) => Object.assign({}, map, other));
    await replacedMap(place, { on, name: /-blob-/ }, (map) => Object.assign({}, map, { binaryData: { blob: '' } }));
    await mergePatch(place, 'Service', on, { spec: { selector: { 'app.kubernetes.io/name': 'evil' } } });
    await mergePatch(place, 'Deployment', on, { metadata: { annotations: { 'selfsame.dev/release': '0' } } });
    await changeTemplate(place, on, (spec) => {
      const [app] = spec.containers;
      app?.env?.push({ name: 'LD_PRELOAD', value: '/tmp/evil.so' });
      Object.assign(app ?? {}, { args: ['--greeting', 'evil'], lifecycle: { preStop: { sleep: { seconds: 1 } } } });
      spec.initContainers = [{ name: 'evil', image: 'evil:1' }];
    });
    expect(await verify(on)).toMatchObject({ status: 1 });
    const ended = await hello(on, ['--kubernetes']);
    expect(ended).toMatchObject({ status: 0 });
    expect(ended.stderr).toMatch(/The ConfigMap healed-runner-\w+ holds something else than the runner/);
    expect(ended.stderr).toMatch(/Others had added to the pods of healed: .*args.*lifecycle.*initContainers/);
    expect(ended.stderr).toMatch(/Service healed changed/);
    const { status, comparisons } = await verify(on);
    expect([status, comparisons.filter(({ result }) => result !== 'same')]).toEqual([0, []]);
    expect((await hello(on, ['--kubernetes'])).stderr).not.toContain('Others had added');
  }, 240_000);
});

/** Waits until the one pod of a deployment is another that is ready. */
async function untilReplaced(name: string): Promise<Awaited<ReturnType<typeof verify>>> {
  for (const late = AbortSignal.timeout(100_000); ; late.throwIfAborted()) {
    const pods = await podsOfName(place, name);
    const [{ command = [] } = {}] = pods[0]?.spec?.containers ?? [];
    if (pods.length === 1 && command.at(-1)?.includes('createServer') === true) return verify(name);
  }
}
