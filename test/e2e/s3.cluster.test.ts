import { afterAll, beforeAll, expect } from '@jest/globals';
import type { V1Secret } from '@kubernetes/client-node';
import { azuriteProcess } from '../support/stores/azurite.ts';
import { makeBucket } from '../support/stores/bucket.ts';
import { deployerCluster } from '../support/cluster/account.ts';
import type { TestCluster } from '../support/cluster/cluster.ts';
import { changedExecutable, helloExecutable } from '../support/programs/executables.ts';
import { type EndedProgram, runProgram } from '../support/programs/program.ts';
import { loadRunnerImage } from '../support/cluster/runner-image.ts';
import { s3Server, type S3Server } from '../support/stores/seaweed.ts';
import { journey } from '../support/run/journey.ts';

journey('./hello-world --kubernetes with its executables in an S3 bucket', (step) => {
  let place: TestCluster;
  let server: S3Server;
  let image: string;

  beforeAll(async () => {
    place = await deployerCluster('s3');
    server = await s3Server({ host: '0.0.0.0' });
    await makeBucket(server, 'apps');
    image = await loadRunnerImage({ runtime: true });
  }, 300_000);

  afterAll(async () => {
    await place?.close();
    await server?.stop();
  }, 60_000);

  const versions: string[] = [];
  const base = () => `http://${place.hostAddress}:${server.port}/apps`;
  const store = () => `s3://apps?endpoint=http://${place.hostAddress}:${server.port}`;
  const deploy = async (
    program: string,
    words: readonly string[],
    env: Record<string, string>,
  ): Promise<EndedProgram> =>
    runProgram(program, ['--kubernetes', ...target, '--runner-image', image, '--output', 'json', ...words], {
      env: { KUBECONFIG: place.kubeconfig, ...env },
    });
  const target = ['--target', 'linux-x64'];
  const linksNow = async (): Promise<Record<string, string>> => {
    const path = `/api/v1/namespaces/${place.namespace}/secrets/hello-world-source`;
    const { data = {} } = await place.cluster.request<V1Secret>('GET', path);
    return Object.fromEntries(Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64').toString()]));
  };
  const canRead = async (version: string): Promise<void> => {
    const link = `${base()}/${version}/hello-world?${(await linksNow())[`query.${version}`]}`;
    expect((await fetch(link, { headers: { range: 'bytes=0-3' } })).status).toBe(206);
  };

  step('starts pods by a link of its own for each version, that of the release before included', 240_000, async () => {
    for (const program of [helloExecutable, changedExecutable]) {
      const ended = await deploy(program, ['--namespace', place.namespace, '--store', store()], server.writer);
      expect(ended).toMatchObject({ status: 0 });
      expect(ended.stderr).toContain('cannot fetch the executable: deploy again before');
      expect(ended.stdout + ended.stderr).not.toContain('X-Amz-Signature');
      versions.push((JSON.parse(ended.stdout) as { versions: Record<string, string> }).versions['linux-x64'] ?? '');
    }
    expect(Object.keys(await linksNow()).sort()).toEqual(versions.map((version) => `query.${version}`).sort());
    for (const version of versions) await canRead(version);
  });

  step('renews the link of the release that it goes back to, or says when it ends', 240_000, async () => {
    const [first = ''] = versions;
    const before = await linksNow();
    const back = ['self', 'rollback', '--namespace', place.namespace];
    const env = { KUBECONFIG: place.kubeconfig };
    const unset = await runProgram(helloExecutable, [...back, '--no-wait'], { env });
    expect(unset.stderr).toMatch(/warning: The link of release [0-9a-f]{12} ends 20\d\d-.*pass its store with --store/);
    expect(await linksNow()).toEqual(before);

    const again = await runProgram(changedExecutable, back, {
      env: { ...env, ...server.writer, SELFSAME_STORE: store() },
    });
    expect(again).toMatchObject({ status: 0 });
    expect(again.stderr).toContain('Renewed the link of release');
    const after = await linksNow();
    expect(Object.keys(after).sort()).toEqual(Object.keys(before).sort());
    expect(Object.entries(after).filter(([key, link]) => before[key] !== link)).toHaveLength(1);
    await canRead(first);
  });

  step('leaves earlier releases their links when another store is chosen', 240_000, async () => {
    const azurite = await azuriteProcess({ host: '0.0.0.0', publicHost: place.hostAddress });
    try {
      const [first = '', second = ''] = versions;
      const connection = { AZURE_STORAGE_CONNECTION_STRING: azurite.connectionString };
      const ended = await deploy(helloExecutable, ['--namespace', place.namespace], connection);
      expect(ended).toMatchObject({ status: 0 });
      const links = await linksNow();
      expect(Object.keys(links).sort()).toEqual([`query.${first}`, `query.${second}`].sort());
      expect(links[`query.${first}`]).toContain('si=selfsame');
      await canRead(second);
      expect(ended.stdout).toContain(first);
    } finally {
      await azurite.stop();
    }
  });
});
