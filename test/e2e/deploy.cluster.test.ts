import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { V1Deployment, V1Pod } from '@kubernetes/client-node';
import type { Azurite } from '../support/stores/azurite-server.ts';
import { azuriteProcess } from '../support/stores/azurite.ts';
import { testCluster, type TestCluster } from '../support/cluster/cluster.ts';
import { changedExecutable, helloExecutable } from '../support/programs/executables.ts';
import { runProgram, type EndedProgram, type ProgramOptions } from '../support/programs/program.ts';
import { loadRunnerImage } from '../support/cluster/runner-image.ts';

/** The main job on a real cluster with a real blob server; the tests of this file follow each other. */
describe('./hello-world --kubernetes', () => {
  let place: TestCluster;
  let store: Azurite;
  let image: string;

  beforeAll(async () => {
    place = await testCluster('e2e');
    store = await azuriteProcess({ host: '0.0.0.0', publicHost: place.hostAddress });
    image = await loadRunnerImage();
  }, 300_000);

  afterAll(async () => {
    await place?.close();
    await store?.stop();
  }, 60_000);

  const environment = () => ({
    KUBECONFIG: place.kubeconfig,
    AZURE_STORAGE_CONNECTION_STRING: store.connectionString,
    SELFSAME_RUNNER_IMAGE: image,
  });
  const program = async (file: string, words: string[], options: ProgramOptions = {}): Promise<EndedProgram> =>
    runProgram(file, words, { ...options, env: { ...environment(), ...options.env } });
  const hello = async (words: string[], options?: ProgramOptions) =>
    program(helloExecutable, [...words, '--namespace', place.namespace], options);

  it('serves on five replicas over all nodes, each the version of its architecture', async () => {
    const ended = await hello(['--kubernetes', '--replicas', '5', '--output', 'json']);
    expect(ended).toMatchObject({ status: 0 });
    const said = JSON.parse(ended.stdout) as { versions: Record<string, string>; sentBytes: number; cost: object };
    expect(said.sentBytes).toBeGreaterThan(100_000_000);
    expect(said.cost).toMatchObject({ prices: { currency: 'USD' }, planned: { replicas: 5, cpuRequest: '100m' } });
    expect(said.cost).not.toHaveProperty('now');

    const identities = await askUntil(place, 5);
    expect(identities.size).toBe(5);
    for (const { version, runner, target } of identities.values()) {
      expect(version).toBe(said.versions[target]);
      expect(runner).toBe(version);
    }
    const nodes = new Set((await podsOf(place)).map(({ spec }) => spec?.nodeName));
    const { items } = await place.cluster.request<{ items: unknown[] }>('GET', '/api/v1/nodes');
    expect(nodes.size).toBe(Math.min(items.length, 5));
  }, 180_000);

  it('keeps the link to the store out of pod specs and output', async () => {
    const pods = JSON.stringify(await podsOf(place));
    const { stdout, stderr } = await hello(['--kubernetes', '--replicas', '5', '--dry-run', '--output', 'yaml']);
    for (const text of [pods, stdout, stderr]) {
      expect(text).not.toContain('sig=');
      expect(text).not.toContain(store.key);
    }
    expect(stdout).toContain('kind: Deployment');
  }, 60_000);

  it('sends nothing and changes nothing when it is run again', async () => {
    const before = await resourceVersions(place);
    const ended = await hello(['--kubernetes', '--replicas', '5', '--output', 'json']);
    expect(ended).toMatchObject({ status: 0 });
    const said = JSON.parse(ended.stdout) as { sentBytes: number; objects: { change: string }[]; cost: object };
    expect(said.sentBytes).toBe(0);
    expect(said.cost).toMatchObject({ now: { replicas: 5 }, difference: { perHour: 0, perMonth: 0 } });
    expect(said.objects.map(({ change }) => change)).toEqual(['unchanged', 'unchanged', 'unchanged']);
    expect(await resourceVersions(place)).toEqual(before);
  }, 60_000);

  it('says what runs and proves it: self status, self verify, self logs', async () => {
    const status = await hello(['self', 'status', '--output', 'json']);
    expect(JSON.parse(status.stdout)).toMatchObject({
      name: 'hello-world',
      wanted: 5,
      ready: 5,
      store: { access: 'read-only link, policy selfsame', validUntil: expect.stringMatching(/^20\d\d-/) },
    });
    const table = await hello(['self', 'status']);
    expect(table.stdout).toMatch(/5\/5 ready/);

    const verified = await hello(['self', 'verify', '--output', 'json']);
    expect(verified).toMatchObject({ status: 0 });
    const { same, pods } = JSON.parse(verified.stdout) as { same: boolean; pods: Record<string, string>[] };
    expect(same).toBe(true);
    for (const { executable, stored, annotation, runner, process } of pods) {
      expect(new Set([executable, stored, annotation, runner, process]).size).toBe(1);
    }

    const logs = await hello(['self', 'logs'], {
      signalWhen: ({ stdout }) => ((stdout.match(/serving on/g) ?? []).length === 5 ? 'SIGINT' : undefined),
    });
    expect(logs).toMatchObject({ status: 0 });
    const prefixes = logs.stdout
      .split('\n')
      .filter((line) => line.includes('serving on'))
      .map((line) => line.split(' |')[0]);
    expect(new Set(prefixes).size).toBe(5);
  }, 120_000);

  it('tells another application apart: self verify exits with 1', async () => {
    const ended = await program(changedExecutable, ['self', 'verify', '--namespace', place.namespace]);
    expect(ended).toMatchObject({ status: 1 });
    expect(ended.stderr).toContain('0 of 5 pods run these bytes');
  }, 60_000);

  it('refuses wrong turns in one line, before anything is changed', async () => {
    const before = await resourceVersions(place);
    const deploy = ['--kubernetes', '--replicas', '5'];
    const nowhere = { AZURE_STORAGE_CONNECTION_STRING: undefined };
    const closed = { AZURE_STORAGE_CONNECTION_STRING: store.connectionString.replace(`:${store.port}/`, ':1/') };
    const cases: [words: string[], status: number, env?: Record<string, string | undefined>][] = [
      [['--kubernetes', '--replicas', '-1'], 2],
      [['--kubernetes', '--replicas', '0'], 2],
      [['--kubernetes', '--replicas', '1.5'], 2],
      [['--kubernetes', '--name', 'Hello_World'], 2],
      [['--kubernetes', '--frobnicate'], 2],
      [[...deploy, '--context', 'no-such-context'], 3],
      [[...deploy, '--kubeconfig', '/nonexistent/kubeconfig'], 3],
      [deploy, 2, nowhere],
      [deploy, 3, closed],
      [[...deploy, '--memory-request', '1Gi', '--memory-limit', '64Mi'], 3],
    ];
    for (const [words, status, env = {}] of cases) {
      const ended = await hello(words, { env });
      const errors = ended.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('✓'));
      expect({ words, status: ended.status, lines: errors.length, stdout: ended.stdout }).toEqual({
        words,
        status,
        lines: 1,
        stdout: '',
      });
    }
    expect(await resourceVersions(place)).toEqual(before);
  }, 120_000);

  it('rolls over to a changed application and leaves no old pod', async () => {
    const ended = await program(changedExecutable, [
      '--kubernetes',
      '--replicas',
      '5',
      '--namespace',
      place.namespace,
      '--output',
      'json',
    ]);
    expect(ended).toMatchObject({ status: 0 });
    const { release, sentBytes } = JSON.parse(ended.stdout) as { release: string; sentBytes: number };
    // For both architectures.
    expect(sentBytes).toBeLessThan(600_000);
    const pods = await podsOf(place);
    expect(pods.map(({ metadata }) => metadata?.annotations?.['selfsame.dev/release'])).toEqual(Array(5).fill(release));
    const answer = await place.cluster.request<string>('GET', serviceProxy(place, '/'));
    expect(answer).toMatch(/^Changed from /);
  }, 180_000);

  it('names the pod, the reason and its events when it cannot become ready, and leaves it: exit status 5', async () => {
    const ended = await hello(['--kubernetes', '--name', 'no-image', '--runner-image', 'localhost/no-such-image:1']);
    expect(ended).toMatchObject({ status: 5 });
    expect(ended.stderr).toMatch(/Pod no-image-\S+ on /);
    expect(ended.stderr).toMatch(/error: Release \w{12} of no-image cannot become ready: .*no-such-image/);
    expect((await hello(['self', 'delete', '--yes', '--name', 'no-image'])).status).toBe(0);
  }, 180_000);

  it('says so when time is up, and the rollout goes on: exit status 6', async () => {
    const ended = await hello(['--kubernetes', '--name', 'slow', '--wait-timeout', '250ms']);
    expect(ended).toMatchObject({ status: 6 });
    expect(ended.stderr).toContain('0 of 1 replicas were ready in time');
    expect((await hello(['self', 'delete', '--yes', '--name', 'slow'])).status).toBe(0);
  }, 120_000);

  it('returns after apply with --no-wait', async () => {
    const ended = await hello(['--kubernetes', '--name', 'unwatched', '--no-wait']);
    expect(ended).toMatchObject({ status: 0 });
    expect(ended.stderr).toContain('the rollout goes on there');
    expect((await hello(['self', 'delete', '--yes', '--name', 'unwatched'])).status).toBe(0);
  }, 120_000);

  it('detaches on Ctrl-C while it waits, and says what goes on', async () => {
    const ended = await hello(['--kubernetes', '--name', 'left-alone'], {
      signalWhen: ({ stderr }) => (stderr.includes('Applied:') ? 'SIGINT' : undefined),
    });
    expect(ended).toMatchObject({ status: 130 });
    expect(ended.stderr).toContain('goes on without this program');
    expect(ended.stderr).toContain('self delete --name left-alone');
    expect(await deployments(place)).toContain('left-alone');
    // The same command again finishes the job.
    expect((await hello(['--kubernetes', '--name', 'left-alone'])).status).toBe(0);
    expect((await hello(['self', 'delete', '--yes', '--name', 'left-alone'])).status).toBe(0);
  }, 180_000);

  it('--logs follows the logs of a finished deploy, and Ctrl-C leaves it running: exit status 0', async () => {
    const ended = await hello(['--kubernetes', '--name', 'watched', '--logs'], {
      signalWhen: ({ stdout }) => (stdout.includes('serving on') ? 'SIGINT' : undefined),
    });
    expect(ended).toMatchObject({ status: 0 });
    expect(await deployments(place)).toContain('watched');
    expect((await hello(['self', 'delete', '--yes', '--name', 'watched'])).status).toBe(0);
  }, 120_000);

  it('--rm follows the logs and leaves nothing after Ctrl-C', async () => {
    const ended = await hello(['--kubernetes', '--name', 'passing', '--replicas', '2', '--rm'], {
      signalWhen: ({ stdout }) => ((stdout.match(/serving on/g) ?? []).length === 2 ? 'SIGINT' : undefined),
    });
    expect(ended).toMatchObject({ status: 0 });
    const left = JSON.stringify(await allObjects(place));
    expect(left).not.toContain('passing');
  }, 180_000);

  it('--rm does not touch what was there before', async () => {
    const ended = await hello(['--kubernetes', '--replicas', '5', '--rm']);
    expect(ended).toMatchObject({ status: 3 });
    expect((await podsOf(place)).length).toBe(5);
  }, 60_000);

  it('self delete takes away all that was made and nothing else', async () => {
    expect((await hello(['self', 'delete', '--yes'])).status).toBe(0);
    expect(JSON.stringify(await allObjects(place))).not.toContain('hello-world');
    expect((await hello(['self', 'status'])).status).toBe(3);
  }, 120_000);
});

interface Identity {
  readonly host: string;
  readonly version: string;
  readonly runner: string;
  readonly target: string;
}

function serviceProxy({ namespace }: TestCluster, path: string): string {
  return `/api/v1/namespaces/${namespace}/services/hello-world:http/proxy${path}`;
}

/** Asks through the Service until so many replicas have answered; it picks one at random for each call. */
async function askUntil(place: TestCluster, replicas: number): Promise<Map<string, Identity>> {
  const found = new Map<string, Identity>();
  for (let calls = 0; calls < 300 && found.size < replicas; calls += 1) {
    const identity = await place.cluster.request<Identity>('GET', serviceProxy(place, '/selfsame'));
    found.set(identity.host, identity);
  }
  return found;
}

async function podsOf({ cluster, namespace }: TestCluster): Promise<V1Pod[]> {
  const query = { labelSelector: 'app.kubernetes.io/instance=hello-world' };
  const path = `/api/v1/namespaces/${namespace}/pods`;
  return (await cluster.request<{ items: V1Pod[] }>('GET', path, { query })).items;
}

async function deployments({ cluster, namespace }: TestCluster): Promise<(string | undefined)[]> {
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  const { items } = await cluster.request<{ items: V1Deployment[] }>('GET', path);
  return items.map(({ metadata }) => metadata?.name);
}

interface Named {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
}

async function allObjects({ cluster, namespace }: TestCluster): Promise<Named[]> {
  const kinds = ['apis/apps/v1', 'api/v1', 'api/v1', 'api/v1'].map(
    (group, index) => `/${group}/namespaces/${namespace}/${['deployments', 'services', 'secrets', 'pods'][index]}`,
  );
  const lists = await Promise.all(kinds.map(async (path) => cluster.request<{ items: Named[] }>('GET', path)));
  return lists
    .flatMap(({ items }) => items)
    .map(({ metadata: { name, resourceVersion } }) => ({ metadata: { name, resourceVersion } }));
}

async function resourceVersions(place: TestCluster): Promise<string[]> {
  return (await allObjects(place)).map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`).sort();
}
