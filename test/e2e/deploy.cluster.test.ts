import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Azurite } from '../support/stores/azurite-server.ts';
import { azuriteProcess } from '../support/stores/azurite.ts';
import { provenButImage } from '../support/cluster/proven.ts';
import { deployerCluster } from '../support/cluster/account.ts';
import type { TestCluster } from '../support/cluster/cluster.ts';
import { changedExecutable, helloExecutable } from '../support/programs/executables.ts';
import { runProgram, type EndedProgram, type ProgramOptions } from '../support/programs/program.ts';
import { loadRunnerImage } from '../support/cluster/runner-image.ts';
import { allObjects, helloPods } from '../support/cluster/objects-there.ts';
import { askUntil, serviceProxy } from '../support/cluster/served-identities.ts';
import { journey } from '../support/run/journey.ts';

/** The main job on a real cluster with a real blob server. */
journey('./hello-world --kubernetes', (step) => {
  let place: TestCluster;
  let store: Azurite;
  let image: string;

  beforeAll(async () => {
    place = await deployerCluster('e2e');
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

  step('serves on five replicas over all nodes, each the version of its architecture', 180_000, async () => {
    const ended = await hello(['--kubernetes', '--replicas', '5', '--output', 'json']);
    expect(ended).toMatchObject({ status: 0 });
    const said = JSON.parse(ended.stdout) as { versions: Record<string, string>; sentBytes: number; cost: object };
    expect(said.sentBytes).toBeGreaterThan(100_000_000);
    expect(said.cost).toMatchObject({ prices: { currency: 'USD' }, planned: { replicas: 5, cpuRequest: '100m' } });
    expect(said.cost).not.toHaveProperty('now');

    const identities = await askUntil(place, 5);
    expect(identities).toHaveLength(5);
    for (const { version, runner, target } of identities) {
      expect(version).toBe(said.versions[target ?? '']);
      expect(runner).toBe(version);
    }
    const nodes = new Set((await helloPods(place)).map(({ spec }) => spec?.nodeName));
    const { items } = await place.cluster.request<{ items: unknown[] }>('GET', '/api/v1/nodes');
    expect(nodes.size).toBe(Math.min(items.length, 5));
  });

  step('keeps the link to the store out of pod specs and output', 60_000, async () => {
    const pods = JSON.stringify(await helloPods(place));
    const { stdout, stderr } = await hello(['--kubernetes', '--replicas', '5', '--dry-run', '--output', 'yaml']);
    for (const text of [pods, stdout, stderr]) {
      expect(text).not.toContain('sig=');
      expect(text).not.toContain(store.key);
    }
    expect(stdout).toContain('kind: Deployment');
  });

  step('sends nothing and changes nothing when it is run again', 60_000, async () => {
    const before = await resourceVersions(place);
    const ended = await hello(['--kubernetes', '--replicas', '5', '--output', 'json']);
    expect(ended).toMatchObject({ status: 0 });
    const said = JSON.parse(ended.stdout) as { sentBytes: number; objects: { change: string }[]; cost: object };
    expect(said.sentBytes).toBe(0);
    expect(said.cost).toMatchObject({ now: { replicas: 5 }, difference: { perHour: 0, perMonth: 0 } });
    expect(said.objects.map(({ change }) => change)).toEqual(['unchanged', 'unchanged', 'unchanged']);
    expect(await resourceVersions(place)).toEqual(before);
  });

  step('says what runs and proves it: self status, self verify, self logs', 120_000, async () => {
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
    expect(provenButImage(verified).pods).toHaveLength(5);

    const logs = await hello(['self', 'logs'], {
      signalWhen: ({ stdout }) => ((stdout.match(/serving on/g) ?? []).length === 5 ? 'SIGINT' : undefined),
    });
    expect(logs).toMatchObject({ status: 0 });
    const prefixes = logs.stdout
      .split('\n')
      .filter((line) => line.includes('serving on'))
      .map((line) => line.split(' |')[0]);
    expect(new Set(prefixes).size).toBe(5);
  });

  step('tells another application apart: self verify exits with 1', 60_000, async () => {
    const ended = await program(changedExecutable, ['self', 'verify', '--namespace', place.namespace]);
    expect(ended).toMatchObject({ status: 1 });
    expect(ended.stderr).toMatch(/\d+ of \d+ comparisons differ/);
    expect(ended.stdout).toMatch(/^DIFFERS: annotations: selfsame\.dev\/release is "\w{12}", not \w{12} /m);
  });

  step('refuses wrong turns in one line, before anything is changed', 120_000, async () => {
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
  });

  step('rolls over to a changed application and leaves no old pod', 180_000, async () => {
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
    const pods = await helloPods(place);
    expect(pods.map(({ metadata }) => metadata?.annotations?.['selfsame.dev/release'])).toEqual(Array(5).fill(release));
    const answer = await place.cluster.request<string>('GET', serviceProxy(place, '/'));
    expect(answer).toMatch(/^Changed from /);
  });

  step('--rm does not touch what was there before', 60_000, async () => {
    const ended = await hello(['--kubernetes', '--replicas', '5', '--rm']);
    expect(ended).toMatchObject({ status: 3 });
    expect((await helloPods(place)).length).toBe(5);
  });

  step('self delete takes away all that was made and nothing else', 120_000, async () => {
    expect((await hello(['self', 'delete', '--yes'])).status).toBe(0);
    expect(JSON.stringify(await allObjects(place))).not.toContain('hello-world');
    expect((await hello(['self', 'status'])).status).toBe(3);
  });
});

async function resourceVersions(place: TestCluster): Promise<string[]> {
  return (await allObjects(place)).map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`).sort();
}
