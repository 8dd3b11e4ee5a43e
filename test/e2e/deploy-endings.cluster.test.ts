import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deployerCluster } from '../support/cluster/account.ts';
import type { TestCluster } from '../support/cluster/cluster.ts';
import { allObjects, deployments } from '../support/cluster/objects-there.ts';
import { loadStockImage } from '../support/cluster/stock-image.ts';
import { helloExecutable } from '../support/programs/executables.ts';
import { type EndedProgram, type ProgramOptions, runProgram } from '../support/programs/program.ts';
import type { Azurite } from '../support/stores/azurite-server.ts';
import { azuriteProcess } from '../support/stores/azurite.ts';

let place: TestCluster;
let store: Azurite;

beforeAll(async () => {
  place = await deployerCluster('endings', ['no-image', 'slow', 'unwatched', 'left-alone', 'watched', 'passing']);
  store = await azuriteProcess({ host: '0.0.0.0', publicHost: place.hostAddress });
  await loadStockImage();
}, 300_000);
afterAll(async () => {
  await place?.close();
  await store?.stop();
}, 60_000);

/** With the stock runner, which fetches little, and on the nodes where nothing is emulated. */
const hello = async (words: readonly string[], options: ProgramOptions = {}): Promise<EndedProgram> => {
  const target = words[0] === '--kubernetes' ? ['--target', 'linux-x64'] : [];
  return runProgram(helloExecutable, [...words, ...target, '--namespace', place.namespace], {
    ...options,
    env: {
      KUBECONFIG: place.kubeconfig,
      AZURE_STORAGE_CONNECTION_STRING: store.connectionString,
      SELFSAME_RUNNER_IMAGE: undefined,
      ...options.env,
    },
  });
};

/** Each under a name of its own. */
describe('./hello-world --kubernetes ends, and', () => {
  it.concurrent('names the pod, the reason and its events when it cannot become ready, and leaves it: exit status 5', async () => {
    const ended = await hello([
      '--kubernetes',
      '--name',
      'no-image',
      '--runner-image',
      'nowhere.invalid/no-such-image/node:1',
    ]);
    expect(ended).toMatchObject({ status: 5 });
    expect(ended.stderr).toMatch(/Pod no-image-\S+ on /);
    expect(ended.stderr).toMatch(/error: Release \w{12} of no-image cannot become ready: .*no-such-image/);
    expect((await hello(['self', 'delete', '--yes', '--name', 'no-image'])).status).toBe(0);
  }, 180_000);

  it.concurrent('says so when time is up, and the rollout goes on: exit status 6', async () => {
    const ended = await hello(['--kubernetes', '--name', 'slow', '--wait-timeout', '250ms']);
    expect(ended).toMatchObject({ status: 6 });
    expect(ended.stderr).toContain('0 of 1 replicas were ready in time');
    expect((await hello(['self', 'delete', '--yes', '--name', 'slow'])).status).toBe(0);
  }, 120_000);

  it.concurrent('returns after apply with --no-wait', async () => {
    const ended = await hello(['--kubernetes', '--name', 'unwatched', '--no-wait']);
    expect(ended).toMatchObject({ status: 0 });
    expect(ended.stderr).toContain('the rollout goes on there');
    expect((await hello(['self', 'delete', '--yes', '--name', 'unwatched'])).status).toBe(0);
  }, 120_000);

  it.concurrent('detaches on Ctrl-C while it waits, and says what goes on', async () => {
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

  it.concurrent('--logs follows the logs of a finished deploy, and Ctrl-C leaves it running: exit status 0', async () => {
    const ended = await hello(['--kubernetes', '--name', 'watched', '--logs'], {
      signalWhen: ({ stdout }) => (stdout.includes('serving on') ? 'SIGINT' : undefined),
    });
    expect(ended).toMatchObject({ status: 0 });
    expect(await deployments(place)).toContain('watched');
    expect((await hello(['self', 'delete', '--yes', '--name', 'watched'])).status).toBe(0);
  }, 120_000);

  it.concurrent('--rm follows the logs and leaves nothing after Ctrl-C', async () => {
    const ended = await hello(['--kubernetes', '--name', 'passing', '--replicas', '2', '--network-policy', '--rm'], {
      signalWhen: ({ stdout }) => ((stdout.match(/serving on/g) ?? []).length === 2 ? 'SIGINT' : undefined),
    });
    expect(ended).toMatchObject({ status: 0 });
    const left = JSON.stringify(await allObjects(place));
    expect(left).not.toContain('passing');
  }, 180_000);
});
