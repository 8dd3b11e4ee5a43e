import { mkdtemp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deployFlags, type InterruptedPlace, interruptedPlace } from '../support/cluster/interrupted-place.ts';
import { nothing, stages, stageStatus } from '../support/cluster/interrupted-stages.ts';
import { stalledMirror } from '../support/stores/stalled-mirror.ts';

let place: InterruptedPlace;
/** By the first test: the others find the executable in the store. */
const uploaded = Promise.withResolvers<void>();

beforeAll(async () => {
  place = await interruptedPlace('interrupted');
}, 300_000);
afterAll(async () => place?.close(), 60_000);

const inCluster = { AZURE_STORAGE_CONNECTION_STRING: undefined, SELFSAME_RUNNER_IMAGE: undefined };

/** What Ctrl-C leaves, at every stage of a deploy: a gate before the servers stops it at one exact request. */
describe('a deploy that is interrupted', () => {
  it.concurrent.each(stages)(
    'at %s by %s says what is, and the same command finishes the job',
    async (stage, name, [wanted, options], said, there) => {
      const own = `it-${stages.findIndex((one) => one[0] === stage && one[1] === name)}`;
      await using deployer = await place.deployer(own);
      const { api, blobs, hello, onAzure } = deployer;
      await using ending = new AsyncDisposableStack();
      if (stage === 'upload') ending.defer(uploaded.resolve);
      else await uploaded.promise;
      const named = (pattern: string): string => pattern.replaceAll(/\bit\b(?!-\d)/g, own);
      const gate = / comp|HEAD|devstore|comp=/.test(wanted.source) ? blobs : api;
      const at = gate.hold(new RegExp(named(wanted.source)), {
        ...options,
        ...(options?.after && { after: new RegExp(named(options.after.source)) }),
      });
      const ended = await hello(deployFlags(own), { env: onAzure(), signals: [{ at, name }] });
      expect(ended).toMatchObject({ status: stageStatus[name], stdout: '' });
      for (const sentence of said) expect(ended.stderr).toContain(named(sentence));
      expect(ended.stderr).not.toContain('roll back');
      expect(await place.objectsOf(own)).toEqual(expect.arrayContaining(there.map(named)));
      expect(await place.objectsOf(own)).toHaveLength(there.length);

      const again = await hello(deployFlags(own), { env: onAzure() });
      expect(again).toMatchObject({ status: 0 });
      expect(again.stderr).toContain(`${own} is ready`);
      await place.cleanUp(own);
    },
    120_000,
  );

  it.concurrent('at fetching a runtime leaves no part of it', async () => {
    await using deployer = await place.deployer('fetching');
    const { folder, hello, onAzure } = deployer;
    await uploaded.promise;
    const mirror = await stalledMirror();
    const cache = await mkdtemp(join(folder, 'cache-'));
    const words = ['--kubernetes', '--target', 'linux-arm64', '--name', 'fetching'];
    const env = { ...onAzure(), XDG_CACHE_HOME: cache, SELFSAME_RUNTIME_SOURCE: mirror.url };
    const ended = await hello(words, { env, signals: [{ at: mirror.stalled, name: 'SIGINT' }] });
    await mirror.close();
    expect(ended).toMatchObject({ status: 130 });
    expect(ended.stderr).toContain(nothing.join());
    expect(await readdir(join(cache, 'selfsame', 'runtimes'))).toEqual([]);
    expect(await place.objectsOf('fetching')).toEqual([]);
    expect(await hello(words, { env: onAzure() })).toMatchObject({ status: 0 });
    await place.cleanUp('fetching');
  }, 120_000);

  it.concurrent('at storing in the cluster says that parts lie in ConfigMaps, and --rm takes its own away', async () => {
    await using deployer = await place.deployer('stored');
    const { api, hello } = deployer;
    const env = inCluster;
    const at = () => api.hold(/^POST .*\/configmaps$/, { isDone: true });
    const ended = await hello(deployFlags('stored'), { env, signals: [{ at: at(), name: 'SIGINT' }] });
    expect(ended).toMatchObject({ status: 130 });
    expect(ended.stderr).toContain(
      'Stopped: nothing that runs was changed, but parts of stored may lie in ConfigMaps.',
    );
    expect(ended.stderr).toMatch(/delete .* self delete --name stored/);
    const [part, ...more] = await place.objectsOf('stored');
    expect([part, more]).toEqual([expect.stringMatching(/^ConfigMap stored-blob-/), []]);

    // What was there before is not its to delete; further parts it has made itself.
    const passing = [...deployFlags('stored'), '--rm'];
    const hold = api.hold(/^PATCH .*\/deployments\/stored\?.*force=true$/, { isDone: true });
    const removed = await hello(passing, { env, signals: [{ at: hold, name: 'SIGINT' }] });
    expect(removed).toMatchObject({ status: 130 });
    expect(removed.stderr).toMatch(
      /Deleted Deployment stored, Service stored,(?: ConfigMap stored-blob-\S+,)* ConfigMap stored-runner-\w+$/m,
    );
    expect(await place.objectsOf('stored')).toEqual([part]);
    expect(await hello(['self', 'delete', '--yes', '--name', 'stored'], { env })).toMatchObject({ status: 0 });

    const first = await hello(passing, { env, signals: [{ at: at(), name: 'SIGTERM' }] });
    expect(first).toMatchObject({ status: 143 });
    expect(await place.objectsOf('stored')).toEqual([]);
    const again = await hello(deployFlags('stored'), { env });
    expect(again).toMatchObject({ status: 0 });
    await place.cleanUp('stored');
  }, 120_000);
});
