import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Azurite } from '../support/stores/azurite-server.ts';
import type { Timings } from '../../src/deploy/timings.ts';
import { type Account, accountWith, deployerCluster, deployRules } from '../support/cluster/account.ts';
import { azuriteProcess } from '../support/stores/azurite.ts';
import type { TestCluster } from '../support/cluster/cluster.ts';
import { helloExecutable } from '../support/programs/executables.ts';
import { runProgram } from '../support/programs/program.ts';
import { loadRunnerImage } from '../support/cluster/runner-image.ts';
import { journey } from '../support/run/journey.ts';

/** What the watch sees is good to its 50 ms, twice. */
const watchedMs = 100;

journey('the times of a deploy', (step) => {
  let place: TestCluster;
  let store: Azurite;
  let image: string;
  let account: Account;

  beforeAll(async () => {
    place = await deployerCluster('waterfall');
    store = await azuriteProcess({ host: '0.0.0.0', publicHost: place.hostAddress });
    image = await loadRunnerImage();
    account = await accountWith(deployRules('unasked'), place);
  }, 300_000);

  afterAll(async () => {
    await account?.remove();
    await place?.close();
    await store?.stop();
  }, 60_000);

  async function deploy(words: readonly string[], kubeconfig = place.kubeconfig) {
    const where = ['--namespace', place.namespace, '--runner-image', image, '--output', 'json'];
    const startedAt = performance.now();
    const ended = await runProgram(helloExecutable, ['--kubernetes', ...words, ...where], {
      env: { KUBECONFIG: kubeconfig, AZURE_STORAGE_CONNECTION_STRING: store.connectionString },
    });
    const tookMs = performance.now() - startedAt;
    expect(ended).toMatchObject({ status: 0 });
    return { ...(JSON.parse(ended.stdout) as Timings), stderr: ended.stderr, tookMs };
  }

  step('are those of its stages in their order, and of each pod', 180_000, async () => {
    const { stages, pods, stderr, tookMs } = await deploy(['--replicas', '3']);
    const names = stages.map(({ name }) => name);
    expect(names).toEqual([
      'start',
      'preflight',
      'hash',
      'check',
      'upload',
      'link',
      'apply',
      'ready',
      'confirm',
      'collect',
    ]);
    for (const { ms } of stages) expect(ms).toBeGreaterThanOrEqual(0);
    expect(stages.reduce((sum, { ms }) => sum + ms, 0)).toBeLessThanOrEqual(tookMs);

    expect(pods).toHaveLength(3);
    const readyMs = stages.find(({ name }) => name === 'ready')?.ms ?? 0;
    expect(Math.abs((pods[0]?.readyMs ?? 0) - readyMs)).toBeLessThanOrEqual(1);
    expect(pods.map((pod) => pod.readyMs)).toEqual(pods.map((pod) => pod.readyMs ?? 0).toSorted((a, b) => b - a));
    for (const pod of pods) {
      const { createdMs, scheduledMs = -1, imageMs = -1, fetchMs = -1, verifyMs = -1, bootMs = -1 } = pod;
      const parts = [createdMs, scheduledMs, imageMs, fetchMs, verifyMs, bootMs];
      for (const ms of parts) expect(ms).toBeGreaterThanOrEqual(0);
      const sum = parts.reduce((total, ms) => total + ms, 0);
      expect(Math.abs(sum - (pod.readyMs ?? 0))).toBeLessThanOrEqual(watchedMs);
      expect(pod.fetchedBytes).toBeGreaterThan(100_000_000);
      expect(stderr).toMatch(new RegExp(`${pod.name} .* MB`));
    }
    expect(stderr).toMatch(/START .* APPLY .* READY .* TOTAL/);
  });

  step('are of no pod where none was started', 60_000, async () => {
    const { pods, stages, stderr } = await deploy(['--replicas', '3']);
    expect(pods).toEqual([]);
    expect(stages.map(({ name }) => name)).toEqual(expect.arrayContaining(['apply', 'confirm']));
    expect(stderr).not.toMatch(/^POD /m);
  });

  step('are without what pods would tell where they may not be asked', 180_000, async () => {
    const { pods, stderr } = await deploy(['--name', 'unasked'], account.kubeconfig);
    expect(pods).toEqual([
      {
        name: expect.stringMatching(/^unasked-/),
        node: expect.any(String),
        createdMs: expect.any(Number),
        scheduledMs: expect.any(Number),
        imageMs: expect.any(Number),
        readyMs: expect.any(Number),
      },
    ]);
    expect(stderr).toMatch(/^POD .* IMAGE +READY *$/m);
  });
});
