import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apply } from '../../../../src/platforms/kubernetes/apply/apply.ts';
import { podIdentity } from '../../../../src/platforms/kubernetes/pods/pod-identity.ts';
import { manifestFor } from '../../../../src/platforms/kubernetes/manifest/manifest.ts';
import { podsGone, remove } from '../../../../src/platforms/kubernetes/apply/remove.ts';
import type { RolloutOutcome } from '../../../../src/platforms/outcome.ts';
import type { RolloutProgress } from '../../../../src/platforms/platform.ts';
import { statusOf } from '../../../../src/platforms/kubernetes/rollout/status.ts';
import { loadServerImage, testCluster, type TestCluster } from '../../../support/cluster/cluster.ts';
import { untilAvailable } from '../../../support/cluster/until-available.ts';
import { testIntent } from '../../../support/kubernetes/intent.ts';
import { newRelease, serverIntent, watchedRollout } from '../../../support/rollouts/server-rollout.ts';
import { journey } from '../../../support/run/journey.ts';

let test: TestCluster;
const { signal } = new AbortController();

beforeAll(async () => {
  test = await testCluster('rollout');
  await loadServerImage();
}, 180_000);
afterAll(async () => test?.close());

journey('apply() and watchRollout()', (step) => {
  const name = 'served';
  const first = newRelease();

  step('bring five replicas to both nodes, and tell how they get on', 60_000, async () => {
    const applied = await apply(
      test.cluster,
      manifestFor(serverIntent(test, { name, release: first, query: 'sig=x' })),
    );
    expect(applied.map(({ kind, change }) => `${kind} ${change}`)).toEqual([
      'Secret created',
      'Service created',
      'Deployment created',
    ]);
    const seen: RolloutProgress[] = [];
    const outcome = await watchedRollout(test, name, { release: first, onProgress: (progress) => seen.push(progress) });
    expect(outcome).toMatchObject({ kind: 'ready', progress: { ready: 5, wanted: 5, old: [] } });
    const states = seen.flatMap(({ pods }) => pods.map(({ state }) => state));
    expect(states).toEqual(expect.arrayContaining(['scheduled', 'ready']));
    expect(nodesOf(outcome).size).toBe(2);
  });

  step('change nothing the second time', 60_000, async () => {
    // Its controller writes the Deployment's status once more when the last pod is ready.
    await untilAvailable(test.cluster, name, 5);
    const before = await versions();
    const applied = await apply(
      test.cluster,
      manifestFor(serverIntent(test, { name, release: first, query: 'sig=x' })),
    );
    expect(applied.map(({ change }) => change)).toEqual(['unchanged', 'unchanged', 'unchanged']);
    expect(await watchedRollout(test, name, { release: first })).toMatchObject({ kind: 'ready' });
    expect(await versions()).toEqual(before);
  });

  step('change nothing in a dry run', 60_000, async () => {
    const before = await versions();
    const applied = await apply(test.cluster, manifestFor(serverIntent(test, { name, release: newRelease() })), {
      dryRun: true,
    });
    expect(applied.map(({ change }) => change)).toEqual(['unchanged', 'changed']);
    expect(await versions()).toEqual(before);
  });

  step('roll over to another release and leave no old pod', 60_000, async () => {
    const second = newRelease();
    const before = await statusOf(test.cluster, name);
    await apply(test.cluster, manifestFor(serverIntent(test, { name, release: second })));
    expect(await watchedRollout(test, name, { release: second })).toMatchObject({
      kind: 'ready',
      progress: { old: [] },
    });
    const after = await statusOf(test.cluster, name);
    expect(after).toMatchObject({ release: second, wanted: 5, ready: 5, port: 8080 });
    expect(after?.pods.filter((pod) => before?.pods.some((old) => old.name === pod.name))).toEqual([]);
    expect(new Set(after?.pods.map((pod) => pod.release))).toEqual(new Set([second]));
  });

  step('roll over for other arguments of the same release', 60_000, async () => {
    const same = newRelease();
    await apply(test.cluster, manifestFor(serverIntent(test, { name, release: same, replicas: 1 })));
    await watchedRollout(test, name, { release: same });
    const before = await statusOf(test.cluster, name);
    await apply(test.cluster, manifestFor(serverIntent(test, { name, release: same, replicas: 1, args: ['--loud'] })));
    expect(await watchedRollout(test, name, { release: same })).toMatchObject({
      kind: 'ready',
      progress: { ready: 1, old: [] },
    });
    expect((await statusOf(test.cluster, name))?.pods[0]?.name).not.toBe(before?.pods[0]?.name);
  });

  step('remove() deletes what is ours, and podsGone() waits until the pods are gone', 60_000, async () => {
    const other = { metadata: { name: 'other', labels: { 'app.kubernetes.io/instance': name } } };
    await test.cluster.request('POST', `/api/v1/namespaces/${test.namespace}/secrets`, { body: other });
    const removed = await remove(test.cluster, name, { signal });
    expect(await podsGone(test.cluster, name, { signal })).toEqual([]);
    expect(removed.map(({ kind }) => kind)).toEqual(['Deployment', 'Service', 'Secret']);
    expect(await statusOf(test.cluster, name)).toBeUndefined();
    expect(await remove(test.cluster, name, { signal })).toEqual([]);
    expect(await test.cluster.find(`/api/v1/namespaces/${test.namespace}/secrets/other`)).toBeDefined();
  });

  /** The resource versions of all that we made. */
  async function versions(): Promise<string[]> {
    const applied = await apply(
      test.cluster,
      manifestFor(serverIntent(test, { name, release: first, query: 'sig=x' })),
      {
        dryRun: true,
      },
    );
    return applied.map(({ kind, resourceVersion }) => `${kind} ${resourceVersion}`);
  }
});

describe('apply()', () => {
  it('does not take over what is not ours, and then changes nothing at all', async () => {
    const body = { metadata: { name: 'taken' }, spec: { ports: [{ port: 80 }] } };
    await test.cluster.request('POST', `/api/v1/namespaces/${test.namespace}/services`, { body });
    await expect(
      apply(test.cluster, manifestFor(serverIntent(test, { name: 'taken', query: 'sig=x' }))),
    ).rejects.toMatchObject({
      code: 'cluster-refused',
      message: `Not ours: the Service "taken" in the namespace "${test.namespace}" was made by something else`,
    });
    expect(await test.cluster.find(`/api/v1/namespaces/${test.namespace}/secrets/taken-source`)).toBeUndefined();
  });

  it('names a namespace that does not exist', async () => {
    await expect(
      apply(test.cluster, manifestFor(testIntent({ namespace: 'no-such-namespace' }))),
    ).rejects.toMatchObject({
      code: 'cluster-refused',
      hint: 'Create it (kubectl create namespace no-such-namespace), or pass another --namespace.',
    });
  });
});

it('podIdentity() asks a replica through the API server', async () => {
  const wanted = newRelease();
  await apply(test.cluster, manifestFor(serverIntent(test, { name: 'asked', release: wanted, replicas: 1 })));
  const outcome = await watchedRollout(test, 'asked', { release: wanted });
  const [pod = ''] = outcome.kind === 'ready' ? outcome.progress.pods.map((one) => one.name) : [];
  expect(await podIdentity(test.cluster, pod, { port: 8080 })).toMatchObject({
    name: 'served',
    version: '1'.repeat(64),
    pod,
  });
  await expect(podIdentity(test.cluster, pod, { port: 81 })).rejects.toMatchObject({ code: 'cluster-refused' });
});

function nodesOf(outcome: RolloutOutcome): Set<string | undefined> {
  return new Set(outcome.kind === 'ready' ? outcome.progress.pods.map(({ node }) => node) : []);
}
