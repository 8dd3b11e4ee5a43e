import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apply } from '../../../../src/platforms/kubernetes/apply/apply.ts';
import { remove } from '../../../../src/platforms/kubernetes/apply/remove.ts';
import type { ManifestIntent } from '../../../../src/platforms/kubernetes/manifest/intent.ts';
import { manifestFor } from '../../../../src/platforms/kubernetes/manifest/manifest.ts';
import { loadServerImage, testCluster, type TestCluster } from '../../../support/cluster/cluster.ts';
import { newRelease, serverIntent, watchedRollout } from '../../../support/rollouts/server-rollout.ts';

let test: TestCluster;
/** With a quota that takes no pod. */
let full: TestCluster;
const { signal } = new AbortController();

beforeAll(async () => {
  test = await testCluster('failures');
  full = await testCluster('full');
  await loadServerImage();
}, 180_000);
afterAll(async () => {
  await test?.close();
  await full?.close();
});

/** Each under a name of its own. */
describe('watchRollout() that fails', () => {
  it.concurrent.each([
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
    async (what, changes, diagnosis, said) => {
      const name = what.toLowerCase().replaceAll(' ', '-');
      const wanted = newRelease();
      await apply(test.cluster, manifestFor(serverIntent(test, { name, release: wanted, replicas: 2, ...changes })));
      const outcome = await watchedRollout(test, name, { release: wanted });
      expect(outcome).toMatchObject({
        kind: 'failed',
        diagnosis: { ...diagnosis, pod: expect.stringContaining(name) },
      });
      if (said !== undefined)
        expect(outcome).toMatchObject({ evidence: { logs: expect.arrayContaining([expect.stringContaining(said)]) } });
    },
  );

  it.concurrent('says which quota is full, though there is no pod to look at', async () => {
    const name = 'quota';
    const body = { metadata: { name: 'none' }, spec: { hard: { pods: '0' } } };
    await full.cluster.request('POST', `/api/v1/namespaces/${full.namespace}/resourcequotas`, { body });
    const wanted = newRelease();
    await apply(full.cluster, manifestFor(serverIntent(full, { name, release: wanted })));
    expect(await watchedRollout(full, name, { release: wanted })).toMatchObject({
      kind: 'failed',
      diagnosis: { cause: 'quota', summary: expect.stringContaining('exceeded quota: none') },
    });
  });

  it.concurrent('names what the nodes lack, and gives up after its time', async () => {
    const name = 'nodes';
    const wanted = newRelease();
    const nodeSelector = { pool: 'none' };
    await apply(test.cluster, manifestFor(serverIntent(test, { name, release: wanted, replicas: 1, nodeSelector })));
    const { promise: said, resolve } = Promise.withResolvers<readonly string[]>();
    const stop = new AbortController();
    const watching = watchedRollout(test, name, {
      release: wanted,
      signal: stop.signal,
      onProgress: ({ diagnosis }) => diagnosis?.evidence.length && resolve(diagnosis.evidence),
    });
    expect(await Promise.race([said, watching])).toEqual(['No node has the label pool=none']);
    stop.abort(new Error('enough'));
    await expect(watching).rejects.toThrow('enough');
    expect(await watchedRollout(test, name, { release: wanted, timeoutMs: 3_000 })).toMatchObject({
      kind: 'timeout',
      progress: { ready: 0, wanted: 1, pods: [{ state: 'no node fits' }] },
      diagnosis: { cause: 'unschedulable' },
    });
  });

  it.concurrent('sees that another release took over, and that everything was deleted', async () => {
    const name = 'superseded';
    const [mine, theirs] = [newRelease(), newRelease()];
    await apply(
      test.cluster,
      manifestFor(serverIntent(test, { name, release: mine, replicas: 1, env: { MODE: 'unready' } })),
    );
    const superseded = watchedRollout(test, name, { release: mine });
    await apply(
      test.cluster,
      manifestFor(serverIntent(test, { name, release: theirs, replicas: 1, env: { MODE: 'unready' } })),
    );
    expect(await superseded).toEqual({ kind: 'superseded', by: theirs });
    const deleted = watchedRollout(test, name, { release: theirs });
    await remove(test.cluster, name, { signal });
    expect(await deleted).toEqual({ kind: 'deleted' });
  });

  it.concurrent('ends with the signal', async () => {
    const name = 'ended';
    const wanted = newRelease();
    await apply(
      test.cluster,
      manifestFor(serverIntent(test, { name, release: wanted, replicas: 1, env: { MODE: 'unready' } })),
    );
    const stop = new AbortController();
    const watching = watchedRollout(test, name, {
      release: wanted,
      signal: stop.signal,
      onProgress: () => stop.abort(new Error('enough')),
    });
    await expect(watching).rejects.toThrow('enough');
  });
});
