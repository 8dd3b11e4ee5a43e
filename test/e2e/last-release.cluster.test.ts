import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { Status } from '../../src/platforms/kubernetes/rollout/status.ts';
import { deployerCluster } from '../support/cluster/account.ts';
import type { TestCluster } from '../support/cluster/cluster.ts';
import { configMaps } from '../support/cluster/objects-there.ts';
import { differsInRelease, provenButImage } from '../support/cluster/proven.ts';
import { loadStockImage } from '../support/cluster/stock-image.ts';
import { laterCluster } from '../support/kubernetes/later.ts';
import { helloExecutable } from '../support/programs/executables.ts';
import { lastReleaseExecutable } from '../support/programs/last-release.ts';
import { type EndedProgram, runProgram } from '../support/programs/program.ts';
import { journey } from '../support/run/journey.ts';
import type { Azurite } from '../support/stores/azurite-server.ts';
import { azuriteProcess } from '../support/stores/azurite.ts';
import { makeBucket } from '../support/stores/bucket.ts';
import { fileServer, type FileServer } from '../support/stores/file-server.ts';
import { s3Server, type S3Server } from '../support/stores/seaweed.ts';

/** Each is the name of a deployment that is stored there. */
const stores = ['cluster', 'azure', 's3', 'file'] as const;
type StoreName = (typeof stores)[number];

journey('what the last release has deployed', (step) => {
  let place: TestCluster;
  let azurite: Azurite;
  let s3: S3Server;
  let folder: FileServer;
  let lastRelease: string;
  /** The versions of the two programs, and the release of the last one. */
  const versions: Record<'last' | 'ours' | 'lastRelease', string> = { last: '', ours: '', lastRelease: '' };

  beforeAll(async () => {
    place = await deployerCluster('last', stores);
    [lastRelease, azurite, s3, folder] = await Promise.all([
      lastReleaseExecutable(),
      azuriteProcess({ host: '0.0.0.0', publicHost: place.hostAddress }),
      s3Server({ host: '0.0.0.0' }),
      fileServer(),
    ]);
    await makeBucket(s3, 'apps');
    await loadStockImage();
  }, 400_000);

  afterAll(async () => {
    await place?.close();
    await Promise.all([azurite?.stop(), s3?.stop(), folder?.stop()]);
  }, 60_000);

  const environmentOf = (store: StoreName): Readonly<Record<string, string>> =>
    ({
      cluster: {},
      azure: { AZURE_STORAGE_CONNECTION_STRING: azurite.connectionString },
      s3: { ...s3.writer, SELFSAME_STORE: `s3://apps?endpoint=http://${place.hostAddress}:${s3.port}` },
      file: { SELFSAME_STORE: `file://${folder.folder}` },
    })[store];

  const run = async (
    program: string,
    store: StoreName,
    words: readonly string[],
    { kubeconfig = place.kubeconfig, under = [] }: { kubeconfig?: string; under?: readonly string[] } = {},
  ): Promise<EndedProgram> => {
    const ended = await runProgram(program, [...words, '--name', store, '--namespace', place.namespace], {
      env: { AZURE_STORAGE_CONNECTION_STRING: undefined, KUBECONFIG: kubeconfig, ...environmentOf(store) },
      under,
    });
    expect(ended.stdout + ended.stderr).not.toMatch(/sig=|X-Amz-Signature/);
    return ended;
  };
  /** With the rights that this program prints. */
  const ours = async (store: StoreName, ...words: string[]): Promise<EndedProgram> =>
    run(helloExecutable, store, words);
  const oursLater = async (store: StoreName, ...words: string[]): Promise<EndedProgram> => {
    await using later = await laterCluster(place.kubeconfig, 3);
    return await run(helloExecutable, store, words, later);
  };
  /** It wanted more of them: it wrote and read Secrets. */
  const last = async (store: StoreName, ...words: string[]): Promise<EndedProgram> =>
    run(lastRelease, store, words, { kubeconfig: place.adminKubeconfig });
  const storeUrl = (store: StoreName): string[] =>
    store === 'file' ? ['--store-url', `http://${place.hostAddress}:${folder.port}`] : [];
  const deployFlags = (store: StoreName): string[] => ['--target', 'linux-x64', ...storeUrl(store)];
  const deploy = (store: StoreName): string[] => ['--kubernetes', ...deployFlags(store)];
  const verify = (store: StoreName): string[] => ['self', 'verify', ...deployFlags(store), '--output', 'json'];
  const statusOf = async (store: StoreName): Promise<Status> => {
    const { stdout } = await ours(store, 'self', 'status', '--output', 'json');
    return JSON.parse(stdout) as Status;
  };

  /** Through its Service. */
  const answering = async (store: StoreName): Promise<string> => {
    const path = `/api/v1/namespaces/${place.namespace}/services/${store}:http/proxy/selfsame`;
    return (await place.cluster.request<{ version: string }>('GET', path)).version;
  };
  const expectRuns = async (store: StoreName, which: 'last' | 'ours', replicas = 1): Promise<void> => {
    const { wanted, ready } = await statusOf(store);
    expect([store, wanted, ready]).toEqual([store, replicas, replicas]);
    expect([store, await answering(store)]).toEqual([store, versions[which]]);
  };

  /** On all stores at once: most of it is waiting. */
  const onEach = async (work: (store: StoreName) => Promise<void>): Promise<void> => {
    const ended = await Promise.allSettled(stores.map(work));
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
  };
  const succeeds = async (ended: Promise<EndedProgram>): Promise<void> => {
    expect(await ended).toMatchObject({ status: 0 });
  };

  step('is looked at, and told apart from this release', 240_000, async () => {
    await onEach(async (store) => {
      await succeeds(last(store, ...deploy(store), '--replicas', '1'));
      const { release, versions: deployed } = await statusOf(store);
      Object.assign(versions, { last: deployed['amd64'], lastRelease: release });
      await expectRuns(store, 'last');
      const looks: readonly (readonly [words: readonly string[], status: number])[] = [
        [['self', 'status'], 0],
        [['self', 'history', '--output', 'json'], 0],
        [['self', 'logs', '--no-follow', '--tail', '2', '--output', 'json'], 0],
        [['self', 'cost', '--output', 'json'], 0],
        [['self', 'doctor', '--output', 'json', ...storeUrl(store)], 0],
        [['self', 'gc', '--dry-run', '--output', 'json'], 0],
        [['self', 'diff', '--output', 'json', ...deployFlags(store)], 1],
        [[...deploy(store), '--dry-run', '--output', 'json'], 0],
      ];
      for (const [words, status] of looks)
        expect([store, words, await ours(store, ...words)]).toEqual([
          store,
          words,
          expect.objectContaining({ status }),
        ]);
      differsInRelease(await ours(store, ...verify(store)), versions.lastRelease);
      expect((await ours(store, 'self', 'verify', ...deployFlags(store))).stderr).toMatch(
        /release \w{12} is deployed, and this executable is \w{12}/,
      );
    });
  });

  step('is scaled, also after the link that it reads the whole store with was ended', 240_000, async () => {
    expect((await ours('azure', 'self', 'status')).stderr).toContain('a link that opens all that is stored there');
    await succeeds(ours('azure', 'self', 'revoke', '--yes'));
    expect((await ours('azure', 'self', 'status')).stderr).not.toContain('opens all');
    await onEach(async (store) => {
      await succeeds(ours(store, 'self', 'scale', '2'));
      await expectRuns(store, 'last', 2);
      await succeeds(ours(store, 'self', 'scale', '1'));
    });
  });

  step('is updated, and what takes its place is proven', 240_000, async () => {
    await onEach(async (store) => {
      await succeeds(ours(store, ...deploy(store)));
      versions.ours = (await statusOf(store)).versions['amd64'] ?? '';
      expect(versions.ours).not.toBe(versions.last);
      await expectRuns(store, 'ours');
      provenButImage(await ours(store, ...verify(store)));
      const theirs = await last(store, 'self', 'verify');
      expect(theirs).toMatchObject({ status: 1, stdout: expect.stringContaining('DIFFERS') });
      expect(theirs.stdout).not.toMatch(/ same\s*$/m);
    });
  });

  step('is rolled back to after garbage was collected', 240_000, async () => {
    const then = new Date(Date.now() - 30 * 86_400_000);
    for (const file of await readdir(folder.folder, { recursive: true, withFileTypes: true }))
      if (file.isFile()) await utimes(join(file.parentPath, file.name), then, then);
    await onEach(async (store) => {
      const inStore = store === 'cluster' ? [] : ['--store-objects', '--keep', '0'];
      // S3 refuses requests of another time (RequestTimeTooSkewed), so there only the age guard is seen.
      const age = store === 'cluster' ? '1ms' : '2h';
      const words = ['self', 'gc', '--yes', '--min-age', age, ...inStore, '--output', 'json'];
      const gc = store === 'azure' ? await oursLater(store, ...words) : await ours(store, ...words);
      expect(JSON.parse(gc.stdout)).toMatchObject({ deleted: [] });
      if (store !== 'cluster') expect(JSON.parse(gc.stdout)).toMatchObject({ store: { deleted: [] } });
      await succeeds(ours(store, 'self', 'rollback'));
      await expectRuns(store, 'last');
      differsInRelease(await ours(store, ...verify(store)), versions.lastRelease);
      expect(await last(store, 'self', 'verify')).toMatchObject({ status: 0 });
    });
  });

  step('takes turns with this release, by deploys and rollbacks of both programs', 400_000, async () => {
    await onEach(async (store) => {
      await succeeds(last(store, 'self', 'rollback'));
      await expectRuns(store, 'ours');
      const kept = await configMaps(place, store);
      expect(kept).toContainEqual(expect.stringMatching(store === 'cluster' ? /^cluster-blob-/ : /-runner-/));
      await succeeds(last(store, 'self', 'gc', '--yes', '--min-age', '1ms'));
      expect([store, await configMaps(place, store)]).toEqual([store, kept]);
      await succeeds(last(store, ...deploy(store)));
      await expectRuns(store, 'last');
      await succeeds(ours(store, ...deploy(store)));
      await expectRuns(store, 'ours');
      provenButImage(await ours(store, ...verify(store)));
    });
  });

  step('is deleted, and what this account may not see is named', 120_000, async () => {
    await onEach(async (store) => {
      const ended = await ours(store, 'self', 'delete', '--yes', '--output', 'json');
      const { left } = JSON.parse(ended.stdout) as { left: { kind: string; name: string }[] };
      expect(left).toEqual(
        store === 'cluster' ? [{ kind: 'Secret', name: expect.stringMatching(/^cluster-blob-\w{16}-000$/) }] : [],
      );
      for (const { name } of left) expect(ended.stderr).toContain(`--namespace ${place.namespace} ${name}`);
    });
    await succeeds(run(helloExecutable, 'cluster', ['self', 'delete', '--yes'], { kubeconfig: place.adminKubeconfig }));
    const resources = ['api/v1/secrets', 'api/v1/configmaps', 'api/v1/services', 'apis/apps/v1/deployments'];
    for (const resource of resources) {
      const path = `/${resource.replace(/\/(?=\w+$)/, `/namespaces/${place.namespace}/`)}`;
      const query = { labelSelector: 'app.kubernetes.io/managed-by=selfsame' };
      expect([resource, await place.cluster.request('GET', path, { query })]).toMatchObject([resource, { items: [] }]);
    }
  });
});
