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
import { objectTamperings, replacedMap } from '../support/tampering/of-objects.ts';
import {
  overwritten,
  storedFile,
  storeTamperings,
  type TamperedStores,
  tamperedStores,
} from '../support/tampering/of-stores.ts';
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
let stores: TamperedStores;
let stock: string;
let thin: string;

const onNode1 = ['--target', 'linux-x64', '--node-selector', 'kubernetes.io/hostname=node-1'];

const deployments: Readonly<Record<string, Deployed>> = {
  stock: { words: () => ['--runner-image', stock, '--env', 'COLOUR=blue', '--http', ':8080'] },
  [pausedName]: { words: () => ['--runner-image', stock, '--env', 'COLOUR=blue'] },
  thin: { words: () => ['--runner-image', thin], env: () => stores.azureEnv },
  azure: { words: () => ['--runner-image', stock], env: () => stores.azureEnv },
  s3: { words: () => ['--runner-image', stock, ...stores.s3Words], env: () => stores.s3.writer },
  file: { words: () => ['--runner-image', stock, ...stores.folderWords] },
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

async function expectSame(name: string): Promise<Verified> {
  const { status, ...verified } = await verify(name);
  expect(verified.comparisons.filter(({ result }) => result !== 'same')).toEqual([]);
  expect([status, verified.result]).toEqual([0, 'same']);
  return verified;
}

beforeAll(async () => {
  place = await deployerCluster('verify', Object.keys(deployments));
  stores = await tamperedStores(place.hostAddress);
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
  await stores?.stop();
}, 60_000);

describe('self verify proves a deployment that nobody touched', () => {
  it.each(Object.keys(deployments))('%s', async (name) => {
    const { comparisons, pods } = await expectSame(name);
    expect(new Set(comparisons.map(({ evidence }) => evidence))).toEqual(
      new Set(['stored', 'image', 'spec', 'annotations', 'endpoints', ...(name === 'thin' ? [] : ['runner'])]),
    );
    expect(pods.map(({ wanted, claim }) => [claim?.version, claim?.runner, wanted])).toEqual(
      pods.map(({ wanted }) => [wanted, wanted, wanted]),
    );
  });
});

const versionOf = async (name: string) => (await verify(name)).versions['linux-x64'] ?? '';

describe('self verify finds', () => {
  beforeAll(async () => mergePatch(place, 'Deployment', pausedName, { spec: { paused: true } }));

  it.each([...templateTamperings, ...objectTamperings, ...storeTamperings({ stores: () => stores, versionOf })])(
    '$title',
    async (tampering) => {
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
    },
  );

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
    await expectSame(on);
    expect((await hello(on, ['--kubernetes'])).stderr).not.toContain('Others had added');
  }, 240_000);

  it('stores again what others have overwritten in a folder, and says so', async () => {
    await overwritten(storedFile(stores.files, await versionOf('file')));
    expect(await verify('file')).toMatchObject({ status: 1 });
    const ended = await hello('file', ['--kubernetes']);
    expect(ended).toMatchObject({ status: 0 });
    expect(ended.stderr).toMatch(/file:\S+ held something else as \w{12}\.\.\.\/hello-world: it is stored anew/);
    await expectSame('file');
  }, 120_000);
});

/** Waits until the one pod of a deployment is another that is ready. */
async function untilReplaced(name: string): Promise<Awaited<ReturnType<typeof verify>>> {
  for (const late = AbortSignal.timeout(100_000); ; late.throwIfAborted()) {
    const pods = await podsOfName(place, name);
    const [{ command = [] } = {}] = pods[0]?.spec?.containers ?? [];
    if (pods.length === 1 && command.at(-1)?.includes('createServer') === true) return verify(name);
  }
}
