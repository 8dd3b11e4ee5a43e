import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { V1Deployment } from '@kubernetes/client-node';
import { apply } from '../../../../src/platforms/kubernetes/apply/apply.ts';
import { podIdentity } from '../../../../src/platforms/kubernetes/pods/pod-identity.ts';
import { manifestFor } from '../../../../src/platforms/kubernetes/manifest/manifest.ts';
import type { ManifestIntent } from '../../../../src/platforms/kubernetes/manifest/intent.ts';
import { pathOf } from '../../../../src/platforms/kubernetes/api/resource-paths.ts';
import { remove } from '../../../../src/platforms/kubernetes/apply/remove.ts';
import { watchRollout } from '../../../../src/platforms/kubernetes/rollout/rollout.ts';
import type { RolloutProgress } from '../../../../src/platforms/platform.ts';
import type { RolloutOutcome } from '../../../../src/platforms/outcome.ts';
import { statusOf } from '../../../../src/platforms/kubernetes/rollout/status.ts';
import { type Digest, parseDigest } from '../../../../src/shared/digest.ts';
import {
  loadImage,
  serverImage,
  serverImageFolder,
  type TestCluster,
  testCluster,
} from '../../../support/cluster/cluster.ts';
import { testIntent } from '../../../support/kubernetes/intent.ts';

let test: TestCluster;
const { signal } = new AbortController();

beforeAll(async () => {
  test = await testCluster('rollout');
  await loadImage(serverImage, serverImageFolder);
}, 180_000);
afterAll(async () => test?.close());

describe('apply() and watchRollout()', () => {
  const name = 'served';
  const first = release();

  it('bring five replicas to both nodes, and tell how they get on', async () => {
    const applied = await apply(test.cluster, manifestFor(intent({ name, release: first, query: 'sig=x' })));
    expect(applied.map(({ kind, change }) => `${kind} ${change}`)).toEqual([
      'Secret created',
      'Service created',
      'Deployment created',
    ]);
    const seen: RolloutProgress[] = [];
    const outcome = await rollout(name, { release: first, onProgress: (progress) => seen.push(progress) });
    expect(outcome).toMatchObject({ kind: 'ready', progress: { ready: 5, wanted: 5, old: [] } });
    const states = seen.flatMap(({ pods }) => pods.map(({ state }) => state));
    expect(states).toEqual(expect.arrayContaining(['scheduled', 'ready']));
    expect(nodesOf(outcome).size).toBe(2);
  });

  it('change nothing the second time', async () => {
    // Its controller writes the Deployment's status once more when the last pod is ready.
    await untilAvailable(name, 5);
    const before = await versions();
    const applied = await apply(test.cluster, manifestFor(intent({ name, release: first, query: 'sig=x' })));
    expect(applied.map(({ change }) => change)).toEqual(['unchanged', 'unchanged', 'unchanged']);
    expect(await rollout(name, { release: first })).toMatchObject({ kind: 'ready' });
    expect(await versions()).toEqual(before);
  });

  it('change nothing in a dry run', async () => {
    const before = await versions();
    const applied = await apply(test.cluster, manifestFor(intent({ name, release: release() })), { dryRun: true });
    expect(applied.map(({ change }) => change)).toEqual(['unchanged', 'changed']);
    expect(await versions()).toEqual(before);
  });

  it('roll over to another release and leave no old pod', async () => {
    const second = release();
    const before = await statusOf(test.cluster, name);
    await apply(test.cluster, manifestFor(intent({ name, release: second })));
    expect(await rollout(name, { release: second })).toMatchObject({ kind: 'ready', progress: { old: [] } });
    const after = await statusOf(test.cluster, name);
    expect(after).toMatchObject({ release: second, wanted: 5, ready: 5, port: 8080 });
    expect(after?.pods.filter((pod) => before?.pods.some((old) => old.name === pod.name))).toEqual([]);
    expect(new Set(after?.pods.map((pod) => pod.release))).toEqual(new Set([second]));
  });

  it('roll over for other arguments of the same release', async () => {
    const same = release();
    await apply(test.cluster, manifestFor(intent({ name, release: same, replicas: 1 })));
    await rollout(name, { release: same });
    const before = await statusOf(test.cluster, name);
    await apply(test.cluster, manifestFor(intent({ name, release: same, replicas: 1, args: ['--loud'] })));
    expect(await rollout(name, { release: same })).toMatchObject({ kind: 'ready', progress: { ready: 1, old: [] } });
    expect((await statusOf(test.cluster, name))?.pods[0]?.name).not.toBe(before?.pods[0]?.name);
  });

  it('remove() deletes what is ours, and waits until the pods are gone', async () => {
    const other = { metadata: { name: 'other', labels: { 'app.kubernetes.io/instance': name } } };
    await test.cluster.request('POST', `/api/v1/namespaces/${test.namespace}/secrets`, { body: other });
    const removed = await remove(test.cluster, name, { signal, wait: true });
    expect(removed.map(({ kind }) => kind)).toEqual(['Deployment', 'Service', 'Secret']);
    expect(await statusOf(test.cluster, name)).toBeUndefined();
    expect(await remove(test.cluster, name, { signal })).toEqual([]);
    expect(await test.cluster.find(`/api/v1/namespaces/${test.namespace}/secrets/other`)).toBeDefined();
  });

  /** The resource versions of all that we made. */
  async function versions(): Promise<string[]> {
    const applied = await apply(test.cluster, manifestFor(intent({ name, release: first, query: 'sig=x' })), {
      dryRun: true,
    });
    return applied.map(({ kind, resourceVersion }) => `${kind} ${resourceVersion}`);
  }
});

describe('apply()', () => {
  it('does not take over what is not ours, and then changes nothing at all', async () => {
    const body = { metadata: { name: 'taken' }, spec: { ports: [{ port: 80 }] } };
    await test.cluster.request('POST', `/api/v1/namespaces/${test.namespace}/services`, { body });
    await expect(apply(test.cluster, manifestFor(intent({ name: 'taken', query: 'sig=x' })))).rejects.toMatchObject({
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

describe('watchRollout() that fails', () => {
  const name = 'failing';
  afterEach(async () => {
    await remove(test.cluster, name, { signal, wait: true });
  });

  it.each([
    ['crashes', { env: { MODE: 'crash' } }, { cause: 'crash' }, 'cannot find the moon'],
    ['uses too much memory', { env: { MODE: 'greedy' } }, { cause: 'out-of-memory' }, 'started as greedy: '],
    [
      'lacks a Secret',
      { secretEnv: { PASSWORD: { secret: 'database', key: 'password' } } },
      { cause: 'config-missing' },
      undefined,
    ],
    ['has no image', { runnerImage: 'nowhere.invalid/no-such-image:1' }, { cause: 'image-pull' }, undefined],
    ['has an invalid image name', { runnerImage: 'NotAnImage' }, { cause: 'image-not-found' }, undefined],
  ] satisfies [string, Partial<ManifestIntent>, object, string | undefined][])(
    'says why, when the application %s',
    async (_case, changes, diagnosis, said) => {
      const wanted = release();
      await apply(test.cluster, manifestFor(intent({ name, release: wanted, replicas: 2, ...changes })));
      const outcome = await rollout(name, { release: wanted });
      expect(outcome).toMatchObject({
        kind: 'failed',
        diagnosis: { ...diagnosis, pod: expect.stringContaining(name) },
      });
      if (said !== undefined)
        expect(outcome).toMatchObject({ evidence: { logs: expect.arrayContaining([expect.stringContaining(said)]) } });
    },
  );

  it('says which quota is full, though there is no pod to look at', async () => {
    const body = { metadata: { name: 'none' }, spec: { hard: { pods: '0' } } };
    const quotas = `/api/v1/namespaces/${test.namespace}/resourcequotas`;
    await test.cluster.request('POST', quotas, { body });
    const wanted = release();
    await apply(test.cluster, manifestFor(intent({ name, release: wanted })));
    expect(await rollout(name, { release: wanted })).toMatchObject({
      kind: 'failed',
      diagnosis: { cause: 'quota', summary: expect.stringContaining('exceeded quota: none') },
    });
    await test.cluster.request('DELETE', `${quotas}/none`);
  });

  it('names what the nodes lack, and gives up after its time', async () => {
    const wanted = release();
    const nodeSelector = { pool: 'none' };
    await apply(test.cluster, manifestFor(intent({ name, release: wanted, replicas: 1, nodeSelector })));
    const { promise: said, resolve } = Promise.withResolvers<readonly string[]>();
    const stop = new AbortController();
    const watching = rollout(name, {
      release: wanted,
      signal: stop.signal,
      onProgress: ({ diagnosis }) => diagnosis?.evidence.length && resolve(diagnosis.evidence),
    });
    expect(await Promise.race([said, watching])).toEqual(['No node has the label pool=none']);
    stop.abort(new Error('enough'));
    await expect(watching).rejects.toThrow('enough');
    expect(await rollout(name, { release: wanted, timeoutMs: 3_000 })).toMatchObject({
      kind: 'timeout',
      progress: { ready: 0, wanted: 1, pods: [{ state: 'no node fits' }] },
      diagnosis: { cause: 'unschedulable' },
    });
  });

  it('sees that another release took over, and that everything was deleted', async () => {
    const [mine, theirs] = [release(), release()];
    await apply(test.cluster, manifestFor(intent({ name, release: mine, replicas: 1, env: { MODE: 'unready' } })));
    const superseded = rollout(name, { release: mine });
    await apply(test.cluster, manifestFor(intent({ name, release: theirs, replicas: 1, env: { MODE: 'unready' } })));
    expect(await superseded).toEqual({ kind: 'superseded', by: theirs });
    const deleted = rollout(name, { release: theirs });
    await remove(test.cluster, name, { signal });
    expect(await deleted).toEqual({ kind: 'deleted' });
  });

  it('ends with the signal', async () => {
    const wanted = release();
    await apply(test.cluster, manifestFor(intent({ name, release: wanted, replicas: 1, env: { MODE: 'unready' } })));
    const stop = new AbortController();
    const watching = rollout(name, {
      release: wanted,
      signal: stop.signal,
      onProgress: () => stop.abort(new Error('enough')),
    });
    await expect(watching).rejects.toThrow('enough');
  });
});

it('podIdentity() asks a replica through the API server', async () => {
  const wanted = release();
  await apply(test.cluster, manifestFor(intent({ name: 'asked', release: wanted, replicas: 1 })));
  const outcome = await rollout('asked', { release: wanted });
  const [pod = ''] = outcome.kind === 'ready' ? outcome.progress.pods.map((one) => one.name) : [];
  expect(await podIdentity(test.cluster, pod, { port: 8080 })).toMatchObject({
    name: 'served',
    version: '1'.repeat(64),
    pod,
  });
  await expect(podIdentity(test.cluster, pod, { port: 81 })).rejects.toMatchObject({ code: 'cluster-refused' });
});

function intent(changes: Partial<ManifestIntent>): ManifestIntent {
  const version = parseDigest('1'.repeat(64));
  const url = 'https://store.test/hello-world';
  return testIntent({
    namespace: test.namespace,
    runnerImage: serverImage,
    versions: { amd64: { version, sizeBytes: 1, url }, arm64: { version, sizeBytes: 1, url } },
    terminationGracePeriodSeconds: 1,
    ...changes,
  });
}

function release(): Digest {
  return parseDigest(randomBytes(32).toString('hex'));
}

async function rollout(
  name: string,
  options: {
    release: Digest;
    timeoutMs?: number;
    signal?: AbortSignal;
    onProgress?: (progress: RolloutProgress) => void;
  },
): Promise<RolloutOutcome> {
  return watchRollout(test.cluster, { name, timeoutMs: 90_000, signal, ...options });
}

function nodesOf(outcome: RolloutOutcome): Set<string | undefined> {
  return new Set(outcome.kind === 'ready' ? outcome.progress.pods.map(({ node }) => node) : []);
}

/** Waits until the Deployment itself says that so many replicas are available and the rollout is over. */
async function untilAvailable(name: string, replicas: number): Promise<void> {
  const path = pathOf('Deployment', { namespace: test.namespace });
  const query = { fieldSelector: `metadata.name=${name}`, watch: true, timeoutSeconds: 60 };
  for await (const line of test.cluster.lines(path, { query, signal: AbortSignal.timeout(60_000) })) {
    const { status } = (JSON.parse(line) as { object: V1Deployment }).object;
    const isOver = status?.conditions?.some(({ reason }) => reason === 'NewReplicaSetAvailable') ?? false;
    if (isOver && status?.availableReplicas === replicas) return;
  }
  throw new Error(`The Deployment ${name} did not become available`);
}
