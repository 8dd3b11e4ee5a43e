import { afterAll, beforeAll, expect } from '@jest/globals';
import type { V1Deployment } from '@kubernetes/client-node';
import type { Azurite } from '../support/stores/azurite-server.ts';
import { azuriteProcess } from '../support/stores/azurite.ts';
import { deployerCluster } from '../support/cluster/account.ts';
import { loadServerImage, serverImage, type TestCluster } from '../support/cluster/cluster.ts';
import { changedExecutable, helloExecutable } from '../support/programs/executables.ts';
import { runProgram, type EndedProgram, type ProgramOptions } from '../support/programs/program.ts';
import { answering } from '../support/cluster/answering.ts';
import { journey } from '../support/run/journey.ts';

interface HistoryDocument {
  readonly revisions: readonly Readonly<
    Record<'revision' | 'ready', number> & Record<'release' | 'state' | 'by', string>
  >[];
}

/**
 * What becomes of a deploy that fails, and how one gets back, on a real cluster. A small server in the place of the runner keeps
 * it quick: it crashes or is not ready when its environment says so.
 */
journey('undo', (step) => {
  let place: TestCluster;
  let store: Azurite;

  beforeAll(async () => {
    place = await deployerCluster('undo', ['hello-world', 'first', 'new']);
    store = await azuriteProcess({ host: '0.0.0.0', publicHost: place.hostAddress });
    await loadServerImage();
  }, 180_000);

  afterAll(async () => {
    await place?.close();
    await store?.stop();
  }, 180_000);

  const program = async (file: string, words: readonly string[], options: ProgramOptions = {}): Promise<EndedProgram> =>
    runProgram(file, [...words, '--namespace', place.namespace], {
      ...options,
      env: {
        KUBECONFIG: place.kubeconfig,
        AZURE_STORAGE_CONNECTION_STRING: store.connectionString,
        SELFSAME_RUNNER_IMAGE: serverImage,
      },
    });
  const deploy = ['--kubernetes', '--target', 'linux-x64'];
  const hello = async (words: readonly string[], options?: ProgramOptions) => program(helloExecutable, words, options);
  const changed = async (words: readonly string[], options?: ProgramOptions) =>
    program(changedExecutable, words, options);
  const history = async (): Promise<HistoryDocument['revisions']> =>
    (JSON.parse((await hello(['self', 'history', '--output', 'json'])).stdout) as HistoryDocument).revisions;
  const deployment = async (): Promise<V1Deployment> =>
    place.cluster.request('GET', `/apis/apps/v1/namespaces/${place.namespace}/deployments/hello-world`);
  let release: string;

  step('knows who deployed, and leaves no trace of a deploy that changes nothing', 180_000, async () => {
    expect(await hello([...deploy, '--replicas', '2'])).toMatchObject({ status: 0 });
    const [first, ...more] = await history();
    expect(first).toMatchObject({ revision: 1, ready: 2, state: 'ready', by: expect.stringMatching(/./) });
    expect(more).toEqual([]);
    release = first?.release ?? '';

    const before = (await deployment()).metadata?.annotations;
    const again = await hello(deploy);
    expect(again).toMatchObject({ status: 0 });
    expect(again.stderr).toContain('2 replicas (as many as there are)');
    expect(again.stderr).toContain('Nothing to change on the cluster');
    expect((await deployment()).metadata?.annotations).toEqual(before);
  });

  step('tells what a deploy would change: self diff, exit status 1, and 0 where nothing would', 180_000, async () => {
    const same = await hello(['self', 'diff', '--target', 'linux-x64']);
    expect(same).toMatchObject({ status: 0, stdout: '' });
    const other = await hello(['self', 'diff', '--target', 'linux-x64', '--greeting', 'Ahoy', '--replicas', '3']);
    expect(other).toMatchObject({ status: 1 });
    expect(other.stdout).toMatch(/^-  replicas: 2\n\+  replicas: 3$/m);
    expect(other.stdout).toMatch(/^\+ +- --greeting\n\+ +- Ahoy$/m);
    expect(other.stdout).not.toMatch(/uid|resourceVersion|managedFields|status:/);
    const created = await hello(['self', 'diff', '--target', 'linux-x64', '--name', 'new', '--output', 'json']);
    expect(created).toMatchObject({ status: 1 });
    expect(JSON.parse(created.stdout)).toMatchObject({
      different: true,
      objects: [
        { kind: 'Secret', diff: expect.stringMatching(/query\.[0-9a-f]{64}: \(hidden\)/) },
        {},
        { change: 'created' },
      ],
    });
  });

  step(
    'tells the cause of a failure and goes back, and the old replicas answer all the while: exit status 4',
    180_000,
    async () => {
      const pods = await readyPods();
      const answers = answering(place);
      const ended = await changed([...deploy, '--env', 'MODE=crash', '--output', 'json']);
      const { asked, failed } = await answers.stop();
      expect(ended).toMatchObject({ status: 4 });
      expect({ isAsked: asked > 0, failed }).toEqual({ isAsked: true, failed: [] });

      const said = ended.stderr;
      expect(said).toContain('| cannot find the moon');
      expect(said.indexOf('Cause: ')).toBeLessThan(said.indexOf(`Going back to release ${release.slice(0, 12)}`));
      expect(said).toContain(`rolled back, release ${release.slice(0, 12)} is ready`);
      expect(said).toContain(`self status --namespace ${place.namespace}`);
      // It is back: there is nothing left to go back from.
      expect(said).not.toContain('self rollback');
      expect(JSON.parse(ended.stdout)).toMatchObject({
        outcome: { kind: 'failed', diagnosis: { cause: 'crash' } },
        undone: { kind: 'rolled-back', release, outcome: { kind: 'ready' } },
      });
      expect(await readyPods()).toEqual(pods);
      expect((await history()).map(({ revision, state }) => [revision, state])).toEqual([
        [3, 'ready'],
        [2, 'never ready'],
      ]);
      const { metadata } = await deployment();
      expect(metadata?.labels?.['app.kubernetes.io/version']).toBe(release.slice(0, 12));
      expect(metadata?.annotations?.['selfsame.dev/release']).toBe(release);
      // What ran before is what a deploy of it makes: nothing is left over.
      expect(await hello(['self', 'diff', '--target', 'linux-x64'])).toMatchObject({ status: 0 });
    },
  );

  step('goes back after a timeout too, and on Ctrl-C it detaches, and says so', 180_000, async () => {
    const late = await changed([...deploy, '--env', 'MODE=unready', '--wait-timeout', '6s']);
    expect(late).toMatchObject({ status: 4 });
    expect(late.stderr).toContain('0 of 2 replicas were ready in time');

    const left = await changed([...deploy, '--env', 'MODE=crash'], {
      signalWhen: ({ stderr }) => (stderr.includes('Cause: ') || stderr.includes('Going back') ? 'SIGINT' : undefined),
    });
    expect(left).toMatchObject({ status: 130 });
    expect(left.stderr).toMatch(
      /Stopped (watching: hello-world goes back to release|before going back|while going back)/,
    );
  });

  step('leaves it with --no-rollback, exit status 5, and self rollback brings back what ran', 180_000, async () => {
    const ended = await changed([...deploy, '--env', 'MODE=crash', '--no-rollback']);
    expect(ended).toMatchObject({ status: 5 });
    expect((await history())[0]).toMatchObject({ state: 'not ready' });
    expect(await hello(['self', 'rollback'])).toMatchObject({ status: 0 });
    expect((await history())[0]).toMatchObject({ release, state: 'ready', ready: 2 });
  });

  step('has nothing to go back to after a first deploy, and leaves it for a look', 180_000, async () => {
    const ended = await hello([...deploy, '--name', 'first', '--env', 'MODE=crash']);
    expect(ended).toMatchObject({ status: 5 });
    expect(ended.stderr).toContain('none was ready before it, so it is left for you to look at');
    expect(ended.stderr).toContain('self delete --name first');
    const removed = await hello(['self', 'delete', '--name', 'first', '--yes']);
    expect(removed.stderr).toContain('Deleted Deployment first, Service first, Secret first-source');
  });

  step(
    'scales, keeps that when it is deployed again, and goes back to a release by its first digits',
    180_000,
    async () => {
      expect(await hello(['self', 'scale', '1'])).toMatchObject({ status: 0 });
      const ended = await changed([...deploy, '--greeting', 'Hi']);
      expect(ended).toMatchObject({ status: 0 });
      expect(ended.stderr).toContain('1 replica (as many as there are)');
      expect((await deployment()).spec?.replicas).toBe(1);

      expect(await hello(['self', 'rollback', release.slice(0, 8)])).toMatchObject({ status: 0 });
      const { spec } = await deployment();
      expect(spec?.replicas).toBe(1);
      expect(spec?.template.spec?.containers[0]).not.toHaveProperty('args');
      expect(await hello(['self', 'rollback', '--to', '1000'])).toMatchObject({ status: 2 });
    },
  );

  step('leaves the number of replicas to an autoscaler', 180_000, async () => {
    const body = {
      metadata: { name: 'auto' },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'hello-world' },
        minReplicas: 1,
        maxReplicas: 4,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
        ],
      },
    };
    const path = `/apis/autoscaling/v2/namespaces/${place.namespace}/horizontalpodautoscalers`;
    await place.cluster.request('POST', path, { body });
    const scaled = await hello(['self', 'scale', '3']);
    expect(scaled).toMatchObject({ status: 3 });
    expect(scaled.stderr).toContain('the autoscaler auto decides, from 1 to 4');
    const ended = await hello([...deploy, '--replicas', '3']);
    expect(ended).toMatchObject({ status: 0 });
    expect(ended.stderr).toContain('--replicas 3 is left out');
    expect((await deployment()).spec?.replicas).toBe(1);
  });

  async function readyPods(): Promise<string[]> {
    const { stdout } = await hello(['self', 'status', '--output', 'json']);
    const { pods } = JSON.parse(stdout) as { pods: { name: string; isReady: boolean }[] };
    return pods.flatMap(({ name, isReady }) => (isReady ? [name] : [])).sort();
  }
});
