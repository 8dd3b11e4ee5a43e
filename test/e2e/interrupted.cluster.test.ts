import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Azurite } from '../support/stores/azurite-server.ts';
import { removable, remove } from '../../src/platforms/kubernetes/apply/remove.ts';
import { azuriteProcess } from '../support/stores/azurite.ts';
import {
  loadImage,
  serverImage,
  serverImageFolder,
  testCluster,
  type TestCluster,
} from '../support/cluster/cluster.ts';
import { helloExecutable } from '../support/programs/executables.ts';
import { type Gate, gateTo, gateToCluster, type HoldOptions } from '../support/kubernetes/gate.ts';
import { kubeconfigOf } from '../support/kubernetes/api-server.ts';
import { type EndedProgram, runProgram, type ProgramOptions } from '../support/programs/program.ts';
import { stalledMirror } from '../support/stores/stalled-mirror.ts';
import { loadStockImage } from '../support/cluster/stock-image.ts';
import { inTerminal } from '../support/programs/terminal.ts';
import { type EndingSignal, nothing, stages, stageStatus } from '../support/cluster/interrupted-stages.ts';

const signal = new AbortController().signal;

/** What Ctrl-C leaves, at every stage of a deploy: a gate before the servers stops it at one exact request. */
describe('a deploy that is interrupted', () => {
  let place: TestCluster;
  let store: Azurite;
  let api: Gate;
  let blobs: Gate;
  let folder: string;

  beforeAll(async () => {
    place = await testCluster('interrupted');
    store = await azuriteProcess();
    [api, blobs] = [await gateToCluster(place.kubeconfig), await gateTo({ url: `http://127.0.0.1:${store.port}` })];
    folder = await mkdtemp(join(tmpdir(), 'selfsame-test-'));
    const kubeconfig = kubeconfigOf({ server: `http://127.0.0.1:${api.port}` }, {});
    await writeFile(join(folder, 'kubeconfig'), JSON.stringify(kubeconfig));
    await loadImage(serverImage, serverImageFolder);
    await loadStockImage();
  }, 300_000);

  afterAll(async () => {
    api?.close();
    blobs?.close();
    await place?.close();
    await store?.stop();
    await rm(folder, { recursive: true, force: true });
  }, 60_000);

  const onAzure = () => ({
    AZURE_STORAGE_CONNECTION_STRING: store.connectionString.replaceAll(`:${store.port}/`, `:${blobs.port}/`),
    SELFSAME_RUNNER_IMAGE: serverImage,
  });
  const inCluster = () => ({ AZURE_STORAGE_CONNECTION_STRING: undefined, SELFSAME_RUNNER_IMAGE: undefined });

  /** Runs the program with folders of its own for what is temporary, which it has to leave empty. */
  async function hello(words: readonly string[], options: ProgramOptions = {}): Promise<EndedProgram> {
    const own = await mkdtemp(join(folder, 'run-'));
    const ended = await runProgram(helloExecutable, [...words, '--namespace', place.namespace], {
      ...options,
      env: { KUBECONFIG: join(folder, 'kubeconfig'), SELFSAME_STORE: undefined, TMPDIR: own, ...options.env },
    });
    expect(await readdir(own)).toEqual([]);
    for (const secret of [store.key, 'sig=', 'AccountKey']) expect(ended.stdout + ended.stderr).not.toContain(secret);
    return ended;
  }
  const deployOf = (name: string) => ['--kubernetes', '--target', 'linux-x64', '--name', name];
  const objects = async (name: string) =>
    (await removable(place.cluster, name, { signal })).map((object) => `${object.kind} ${object.name}`);
  const cleanUp = async (name: string) => remove(place.cluster, name, { signal });

  it.each(stages)(
    'at %s by %s says what is, and the same command finishes the job',
    async (stage, name, [wanted, options], said, there) => {
      const own = `it-${stages.findIndex((one) => one[0] === stage && one[1] === name)}`;
      const named = (pattern: string): string => pattern.replaceAll(/\bit\b(?!-\d)/g, own);
      const gate = / comp|HEAD|devstore|comp=/.test(wanted.source) ? blobs : api;
      const at = gate.hold(new RegExp(named(wanted.source)), {
        ...options,
        ...(options?.after && { after: new RegExp(named(options.after.source)) }),
      });
      const ended = await hello(deployOf(own), { env: onAzure(), signals: [{ at, name }] });
      expect(ended).toMatchObject({ status: stageStatus[name], stdout: '' });
      for (const sentence of said) expect(ended.stderr).toContain(named(sentence));
      expect(ended.stderr).not.toContain('roll back');
      expect(await objects(own)).toEqual(expect.arrayContaining(there.map(named)));
      expect(await objects(own)).toHaveLength(there.length);

      const again = await hello(deployOf(own), { env: onAzure() });
      expect(again).toMatchObject({ status: 0 });
      expect(again.stderr).toContain(`${own} is ready`);
      await cleanUp(own);
    },
    60_000,
  );

  it('at fetching a runtime leaves no part of it', async () => {
    const mirror = await stalledMirror();
    const cache = await mkdtemp(join(folder, 'cache-'));
    const words = ['--kubernetes', '--target', 'linux-arm64', '--name', 'fetching'];
    const env = { ...onAzure(), XDG_CACHE_HOME: cache, SELFSAME_RUNTIME_SOURCE: mirror.url };
    const ended = await hello(words, { env, signals: [{ at: mirror.stalled, name: 'SIGINT' }] });
    await mirror.close();
    expect(ended).toMatchObject({ status: 130 });
    expect(ended.stderr).toContain(nothing.join());
    expect(await readdir(join(cache, 'selfsame', 'runtimes'))).toEqual([]);
    expect(await objects('fetching')).toEqual([]);
    expect(await hello(words, { env: onAzure() })).toMatchObject({ status: 0 });
    await cleanUp('fetching');
  }, 60_000);

  it('at storing in the cluster says that parts lie in Secrets, and --rm takes its own away', async () => {
    const env = inCluster();
    const at = () => api.hold(/^POST .*\/secrets$/, { isDone: true });
    const ended = await hello(deployOf('stored'), { env, signals: [{ at: at(), name: 'SIGINT' }] });
    expect(ended).toMatchObject({ status: 130 });
    expect(ended.stderr).toContain('Stopped: nothing that runs was changed, but parts of stored may lie in Secrets.');
    expect(ended.stderr).toMatch(/delete .* self delete --name stored/);
    const [part, ...more] = await objects('stored');
    expect([part, more]).toEqual([expect.stringMatching(/^Secret stored-blob-/), []]);

    // What was there before is not its to delete.
    const passing = [...deployOf('stored'), '--rm'];
    const hold = api.hold(/^PATCH .*\/deployments\/stored\?.*force=true$/, { isDone: true });
    const removed = await hello(passing, { env, signals: [{ at: hold, name: 'SIGINT' }] });
    expect(removed).toMatchObject({ status: 130 });
    expect(removed.stderr).toMatch(/Deleted Deployment stored, Service stored, ConfigMap stored-runner-\w+$/m);
    expect(await objects('stored')).toEqual([part]);
    expect(await hello(['self', 'delete', '--yes', '--name', 'stored'], { env })).toMatchObject({ status: 0 });

    const first = await hello(passing, { env, signals: [{ at: at(), name: 'SIGTERM' }] });
    expect(first).toMatchObject({ status: 143 });
    expect(await objects('stored')).toEqual([]);
    const again = await hello(deployOf('stored'), { env });
    expect(again).toMatchObject({ status: 0 });
    await cleanUp('stored');
  }, 120_000);

  it('says how to roll back only where there is something to go back to', async () => {
    const env = onAzure();
    const first = await hello(deployOf('twice'), { env });
    expect(first).toMatchObject({ status: 0 });
    expect(first.stderr).toContain('self delete --name twice');
    expect(first.stderr).not.toContain('roll back');
    const words = [...deployOf('twice'), '--greeting', 'Hi'];
    const watched = api.hold(/^GET .*\/deployments\?.*watch=true/);
    const update = await hello(words, { env, signals: [{ at: watched, name: 'SIGINT' }] });
    expect(update).toMatchObject({ status: 130 });
    expect(update.stderr).toMatch(/Stopped watching: .*\n {2}look .*\n {2}logs .*\n {2}roll back .*\n {2}delete /);
    expect(await hello(words, { env })).toMatchObject({ status: 0 });

    // The same again is no deploy, and leaves the way back; before its Deployment is applied there is none of its own.
    const service = api.hold(/^PATCH .*\/services\/twice\?.*force=true$/);
    const third = await hello([...deployOf('twice'), '--greeting', 'Ho'], {
      env,
      signals: [{ at: service, name: 'SIGINT' }],
    });
    expect(third.stderr).toMatch(/Stopped while applying: .*\n {2}look .*\n {2}logs .*\n {2}delete /);

    const scaling = api.hold(/^GET .*\/deployments\?.*watch=true/);
    const scaled = await hello(['self', 'scale', '2', '--name', 'twice'], {
      signals: [{ at: scaling, name: 'SIGINT' }],
    });
    expect(scaled).toMatchObject({ status: 130 });
    expect(scaled.stderr).toContain('Stopped watching: twice goes on to 2 without this program.');
    expect(await hello(['self', 'scale', '2', '--name', 'twice'])).toMatchObject({ status: 0 });

    const asking = api.hold(/^GET .*\/replicasets\?/);
    const back = ['self', 'rollback', '--name', 'twice'];
    const asked = await hello(back, { signals: [{ at: asking, name: 'SIGINT' }] });
    expect(asked).toMatchObject({ status: 130 });
    expect(asked.stderr).toContain('Stopped: nothing was changed.');
    const going = api.hold(/^GET .*\/deployments\?.*watch=true/);
    const gone = await hello(back, { signals: [{ at: going, name: 'SIGTERM' }] });
    expect(gone).toMatchObject({ status: 143 });
    expect(gone.stderr).toContain('Stopped watching: the rollout of twice goes on without this program.');

    const verifying = api.hold(/^GET .*\/pods\/.*\/proxy\//);
    const verify = await hello(['self', 'verify', '--name', 'twice'], {
      signals: [{ at: verifying, name: 'SIGINT' }],
    });
    expect(verify).toMatchObject({ status: 130, stdout: '' });

    const deletion = ['self', 'delete', '--yes', '--name', 'twice'];
    const deleting = api.hold(/^DELETE .*\/services\/twice/);
    const half = await hello(deletion, { signals: [{ at: deleting, name: 'SIGINT' }] });
    expect(half).toMatchObject({ status: 130 });
    expect(half.stderr).toContain('Stopped deleting twice. Deleted: Deployment twice; the rest is still there.');
    expect(await objects('twice')).toEqual(['Service twice', 'Secret twice-source']);
    const ending = api.hold(/^GET .*\/pods\?/);
    const rest = await hello(deletion, { signals: [{ at: ending, name: 'SIGHUP' }] });
    expect(rest).toMatchObject({ status: 129 });
    expect(rest.stderr).toContain('Service twice, Secret twice-source; its pods end without this program.');
    expect(await objects('twice')).toEqual([]);
  }, 120_000);

  it.each<[stage: string, name: EndingSignal, at: [RegExp, HoldOptions?], said: string]>([
    [
      'changing the Deployment back',
      'SIGINT',
      [/^PATCH .*\/deployments\/undo\?fieldManager=selfsame$/],
      'Stopped while going back: the release of undo that failed may still be there.',
    ],
    [
      'waiting for the release before',
      'SIGTERM',
      [/^GET .*\/deployments\?.*watch=true/, { after: /^PATCH .*\/deployments\/undo\?fieldManager=selfsame$/ }],
      'Stopped watching: undo goes back to release ',
    ],
  ])(
    'at undoing: %s, by %s',
    async (_stage, name, [wanted, options], said) => {
      const env = onAzure();
      expect(await hello(deployOf('undo'), { env })).toMatchObject({ status: 0 });
      const words = [...deployOf('undo'), '--env', 'MODE=crash'];
      const ended = await hello(words, { env, signals: [{ at: api.hold(wanted, options), name }] });
      expect(ended).toMatchObject({ status: stageStatus[name] });
      expect(ended.stderr).toContain(said);
      // It fails for the same cause, and now it goes back to its end.
      const again = await hello(words, { env });
      expect(again).toMatchObject({ status: 4 });
      await cleanUp('undo');
    },
    120_000,
  );

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'at following logs by %s it goes on there: 0',
    async (name) => {
      const at = api.hold(/^GET .*\/pods\/.*\/log\?/);
      const ended = await hello([...deployOf('followed'), '--logs'], { env: onAzure(), signals: [{ at, name }] });
      expect(ended).toMatchObject({ status: 0 });
      expect(ended.stderr).toContain('Stopped following: followed goes on in ');
      expect(await objects('followed')).toHaveLength(3);
    },
    60_000,
  );

  it('at --rm: a second Ctrl-C ends it at once, and a server that is away is told', async () => {
    const words = [...deployOf('passing'), '--rm'];
    const env = onAzure();
    const logs = () => api.hold(/^GET .*\/pods\/.*\/log\?/);
    const first = logs();
    const second = first.then(async () => api.hold(/^DELETE .*\/services\/passing/));
    const twice = await hello(words, {
      env,
      signals: [
        { at: first, name: 'SIGINT' },
        { at: second, name: 'SIGINT' },
      ],
    });
    expect(twice).toMatchObject({ status: null, killedBy: 'SIGINT' });
    expect(twice.stderr).toContain('Deleting what this run made of passing; Ctrl-C again leaves the rest');
    expect(await objects('passing')).toEqual(['Service passing', 'Secret passing-source']);
    expect(await hello(['self', 'delete', '--yes', '--name', 'passing'])).toMatchObject({ status: 0 });

    const away = logs().then(() => api.shut());
    const alone = await hello(words, { env, signals: [{ at: away, name: 'SIGINT' }] });
    api.open();
    expect(alone).toMatchObject({ status: 5 });
    expect(alone.stderr).toMatch(/error: Cannot reach .*\nStopped deleting passing\. Deleted: nothing; the rest/);
    expect(alone.stderr).toContain('self delete --name passing');
    expect(await objects('passing')).toHaveLength(3);
    await cleanUp('passing');

    // A terminal that closes says so twice.
    const closed = logs();
    const both = { env, signals: [closed, closed].map((at) => ({ at, name: 'SIGHUP' as const })) };
    expect(await hello(words, both)).toMatchObject({ status: 0 });
    expect(await objects('passing')).toEqual([]);
  }, 120_000);

  describe('when the terminal or a pipe is closed', () => {
    const env = () => ({ KUBECONFIG: join(folder, 'kubeconfig'), SELFSAME_STORE: undefined, ...onAzure() });
    const here = () => ['--namespace', place.namespace, '--name', 'terminal'];

    it.each(['0', '100'])(
      'deploys on a terminal of %s columns, and goes on there once it is closed',
      async (COLUMNS) => {
        const words = ['--kubernetes', '--target', 'linux-x64', '--logs', ...here()];
        const terminal = inTerminal(helloExecutable, words, { ...env(), COLUMNS });
        await terminal.until(/started as serve/);
        terminal.close();
        expect(await terminal.ended).toMatchObject({ how: 'status 0' });
        expect(await objects('terminal')).toHaveLength(3);
      },
      60_000,
    );

    it('ends with 129 where it was not done, and the same command finishes the job', async () => {
      const words = ['--kubernetes', '--target', 'linux-x64', '--greeting', 'Hi', ...here()];
      const held = api.hold(/^GET .*\/deployments\?.*watch=true/);
      const terminal = inTerminal(helloExecutable, words, env());
      await held;
      terminal.close();
      expect(await terminal.ended).toMatchObject({ how: 'status 129' });
      expect(await hello(words.slice(0, -4).concat('--name', 'terminal'), { env: onAzure() })).toMatchObject({
        status: 0,
      });
    }, 60_000);

    it.each([
      ['Ctrl-C', '\u0003', 'status 130'],
      ['its end', undefined, 'status 129'],
    ])(
      'deletes nothing after %s at the question',
      async (_what, key, how) => {
        for (const command of [['self', 'delete']]) {
          const terminal = inTerminal(helloExecutable, [...command, ...here()], env());
          await terminal.until(/Delete terminal\?/);
          if (key === undefined) terminal.close();
          else terminal.type(key);
          expect(await terminal.ended).toMatchObject({ how });
        }
        expect(await objects('terminal')).toHaveLength(3);
      },
      60_000,
    );

    it('deploys to its end when nobody reads what it says', async () => {
      const words = [...deployOf('terminal'), '--namespace', place.namespace, '--greeting', 'Ho'];
      const child = spawn(helloExecutable, words, {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, ...env() },
      });
      child.stdout.destroy();
      child.stderr.once('data', () => child.stderr.destroy());
      expect(await once(child, 'exit')).toEqual([0, null]);
      const reader = spawn('sh', ['-c', '"$0" "$@" --output json | head -c 1', helloExecutable, ...words], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, ...env() },
      });
      expect(await text(reader.stdout)).toBe('{');
    }, 60_000);

    it('follows logs no longer than someone reads them', async () => {
      const child = spawn(helloExecutable, ['self', 'logs', ...here()], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, ...env() },
      });
      await once(child.stdout, 'data');
      child.stdout.destroy();
      const ended = once(child, 'exit');
      // What makes it notice: more lines.
      const terminal = inTerminal(helloExecutable, ['self', 'delete', ...here()], env());
      await terminal.until(/Delete terminal\?/);
      terminal.type('y\r');
      expect(await terminal.ended).toMatchObject({ how: 'status 0' });
      expect(await objects('terminal')).toEqual([]);
      expect(await ended).toEqual([0, null]);
    }, 60_000);
  });
});
