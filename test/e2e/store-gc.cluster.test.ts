import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { V1ReplicaSet } from '@kubernetes/client-node';
import { pathOf } from '../../src/platforms/kubernetes/api/resource-paths.ts';
import { artifactOf } from '../support/programs/artifact.ts';
import { deployerCluster } from '../support/cluster/account.ts';
import type { TestCluster } from '../support/cluster/cluster.ts';
import { changedExecutable, helloExecutable } from '../support/programs/executables.ts';
import { fileServer, type FileServer } from '../support/stores/file-server.ts';
import { type EndedProgram, runProgram, type ProgramOptions } from '../support/programs/program.ts';
import { loadStockImage } from '../support/cluster/stock-image.ts';
import { journey } from '../support/run/journey.ts';

/** On a store that two namespaces share. */
journey('./hello-world self gc --store-objects', (step) => {
  let place: TestCluster;
  let other: TestCluster;
  let store: FileServer;
  const versions = { hello: '', changed: '' };

  beforeAll(async () => {
    place = await deployerCluster('gc');
    other = await deployerCluster('gc-other');
    store = await fileServer();
    await loadStockImage();
  }, 300_000);

  afterAll(async () => {
    await place?.close();
    await other?.close();
    await store?.stop();
  }, 60_000);

  const run = async (program: string, words: readonly string[], options: ProgramOptions = {}): Promise<EndedProgram> =>
    runProgram(program, words, {
      ...options,
      env: { KUBECONFIG: place.kubeconfig, SELFSAME_STORE: `file://${store.folder}`, ...options.env },
    });
  const deploy = async (
    program: string,
    { namespace, kubeconfig: KUBECONFIG }: TestCluster,
    options?: ProgramOptions,
  ): Promise<EndedProgram> => {
    const storeUrl = `http://${place.hostAddress}:${store.port}`;
    const words = ['--kubernetes', '--target', 'linux-x64', '--store-url', storeUrl, '--output', 'json'];
    const ended = await run(program, [...words, '--namespace', namespace], { ...options, env: { KUBECONFIG } });
    expect(ended).toMatchObject({ status: 0 });
    return ended;
  };
  /** By who may look at each namespace, since another one may need what is stored. */
  const gc = async (...words: string[]): Promise<EndedProgram> =>
    run(helloExecutable, ['self', 'gc', '--store-objects', '--namespace', place.namespace, ...words], {
      env: { KUBECONFIG: place.adminKubeconfig },
    });
  const stored = async (): Promise<string[]> => {
    const found = await Promise.all(
      (await readdir(store.folder)).map(async (version) =>
        (await readdir(join(store.folder, version))).map((name) => `${version}/${name}`),
      ),
    );
    return found.flat().toSorted();
  };
  /** As if all of it had been stored a month ago. */
  const age = async (): Promise<void> => {
    const then = new Date(Date.now() - 30 * 86_400_000);
    for (const name of await stored()) await utimes(join(store.folder, name), then, then);
  };
  const leave = async (name: string, seed: string): Promise<string> => {
    const { version } = await artifactOf(seed);
    await mkdir(join(store.folder, version), { recursive: true });
    await writeFile(join(store.folder, version, name), amd64Header);
    return `${version}/${name}`;
  };
  const versionIn = ({ stdout }: EndedProgram): string =>
    `${(JSON.parse(stdout) as { versions: Record<string, string> }).versions['linux-x64']}/hello-world`;

  step(
    'leaves what runs, what can be rolled back to, what another namespace runs, and what is not its own',
    400_000,
    async () => {
      versions.hello = versionIn(await deploy(helloExecutable, place));
      versions.changed = versionIn(await deploy(changedExecutable, place));
      await deploy(helloExecutable, other);
      const foreign = await leave('other-app', 'foreign');
      const garbage = await leave('hello-world', 'garbage');
      await age();
      const young = await leave('hello-world', 'young');
      const all = await stored();

      expect((await gc('--yes')).stderr).toContain('Nothing of hello-world in file://');
      const shown = await gc('--keep', '0', '--dry-run', '--output', 'json');
      expect(shown).toMatchObject({ status: 0 });
      expect(JSON.parse(shown.stdout)).toMatchObject({
        store: { looked: { seen: 'all' }, unused: [{ version: garbage.slice(0, 64) }], deleted: [] },
      });
      expect(shown.stderr).toContain('Other clusters cannot be seen from here');
      expect((await gc('--keep', '0')).stderr).toContain('Nothing was deleted: pass --yes');
      expect((await run(helloExecutable, ['self', 'gc', '--yes', '--namespace', place.namespace])).stderr).toContain(
        'were not looked at: --store-objects does',
      );
      expect(await stored()).toEqual(all);

      expect((await gc('--keep', '0', '--yes')).stderr).toContain('Deleted 1 of 1');
      expect(await stored()).toEqual([foreign, young, versions.hello, versions.changed].toSorted());
    },
  );

  step('says which namespaces it may not look at, and that these may need something', 60_000, async () => {
    const words = ['self', 'gc', '--store-objects', '--keep', '0', '--namespace', place.namespace];
    await leave('hello-world', 'seen by few');
    await age();
    const { stderr } = await run(helloExecutable, words);
    expect(stderr).toContain(`Nothing in namespace ${place.namespace} of `);
    expect(stderr).toContain('all that this account may look at');
  });

  step('takes nothing from a deploy that goes on meanwhile, however old what it found there is', 400_000, async () => {
    // Nothing refers to the first version any more, until a deploy of it is done.
    for (const { cluster, namespace } of [place, other]) {
      const { items } = await cluster.request<{ items: V1ReplicaSet[] }>('GET', pathOf('ReplicaSet', { namespace }));
      const old = items.filter(({ spec }) => spec?.replicas === 0);
      for (const { metadata } of old)
        await cluster.request('DELETE', pathOf('ReplicaSet', { namespace, name: metadata?.name ?? '' }));
    }
    const env = { KUBECONFIG: other.kubeconfig };
    const deletion = ['self', 'delete', '--yes', '--namespace', other.namespace];
    expect(await run(helloExecutable, deletion, { env })).toMatchObject({ status: 0 });
    await age();
    let collecting: Promise<EndedProgram> | undefined;
    await deploy(helloExecutable, place, {
      signalWhen({ stderr }) {
        if (stderr.includes('is stored already')) collecting ??= gc('--keep', '0', '--yes');
        return undefined;
      },
    });
    expect(await collecting).toMatchObject({ status: 0 });
    expect(await stored()).toEqual(expect.arrayContaining([versions.hello, versions.changed]));
    expect(await stored()).toHaveLength(3);
  });
});

/** Enough of an executable for amd64 to be taken for one. */
const amd64Header = Buffer.concat([
  Buffer.from('\x7fELF\x02\x01\x01', 'latin1'),
  Buffer.alloc(11),
  Buffer.from([0x3e, 0]),
  Buffer.alloc(44),
]);
