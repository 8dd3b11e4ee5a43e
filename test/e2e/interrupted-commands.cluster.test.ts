import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deployFlags, type InterruptedPlace, interruptedPlace } from '../support/cluster/interrupted-place.ts';
import { type EndingSignal, stageStatus } from '../support/cluster/interrupted-stages.ts';
import type { HoldOptions } from '../support/kubernetes/gate.ts';

let place: InterruptedPlace;

beforeAll(async () => {
  place = await interruptedPlace('interrupted-commands');
  // The others find the executable in the store.
  await using deployer = await place.deployer('uploaded');
  const env = deployer.onAzure();
  expect(await deployer.hello([...deployFlags('uploaded'), '--no-wait'], { env })).toMatchObject({ status: 0 });
}, 300_000);
afterAll(async () => place?.close(), 60_000);

/** What Ctrl-C leaves of commands on what is deployed, each under a name of its own. */
describe('a command that is interrupted', () => {
  it.concurrent('says how to roll back only where there is something to go back to', async () => {
    await using deployer = await place.deployer('twice');
    const { api, hello, onAzure } = deployer;
    const env = onAzure();
    const first = await hello(deployFlags('twice'), { env });
    expect(first).toMatchObject({ status: 0 });
    expect(first.stderr).toContain('self delete --name twice');
    expect(first.stderr).not.toContain('roll back');
    const words = [...deployFlags('twice'), '--greeting', 'Hi'];
    const watched = api.hold(/^GET .*\/deployments\?.*watch=true/);
    const update = await hello(words, { env, signals: [{ at: watched, name: 'SIGINT' }] });
    expect(update).toMatchObject({ status: 130 });
    expect(update.stderr).toMatch(/Stopped watching: .*\n {2}look .*\n {2}logs .*\n {2}roll back .*\n {2}delete /);
    expect(await hello(words, { env })).toMatchObject({ status: 0 });

    // The same again is no deploy, and leaves the way back; before its Deployment is applied there is none of its own.
    const service = api.hold(/^PATCH .*\/services\/twice\?.*force=true$/);
    const third = await hello([...deployFlags('twice'), '--greeting', 'Ho'], {
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
    expect(await place.objectsOf('twice')).toEqual(['Service twice', 'Secret twice-source']);
    const ending = api.hold(/^GET .*\/pods\?/);
    const rest = await hello(deletion, { signals: [{ at: ending, name: 'SIGHUP' }] });
    expect(rest).toMatchObject({ status: 129 });
    expect(rest.stderr).toContain('Service twice, Secret twice-source; its pods end without this program.');
    expect(await place.objectsOf('twice')).toEqual([]);
  }, 120_000);

  it.concurrent.each<[own: string, stage: string, name: EndingSignal, at: [RegExp, HoldOptions?], said: string]>([
    [
      'undo-1',
      'changing the Deployment back',
      'SIGINT',
      [/^PATCH .*\/deployments\/undo-1\?fieldManager=selfsame$/],
      'Stopped while going back: the release of undo-1 that failed may still be there.',
    ],
    [
      'undo-2',
      'waiting for the release before',
      'SIGTERM',
      [/^GET .*\/deployments\?.*watch=true/, { after: /^PATCH .*\/deployments\/undo-2\?fieldManager=selfsame$/ }],
      'Stopped watching: undo-2 goes back to release ',
    ],
  ])(
    'at undoing %s: %s, by %s',
    async (own, _stage, name, [wanted, options], said) => {
      await using deployer = await place.deployer(own);
      const { api, hello, onAzure } = deployer;
      const env = onAzure();
      expect(await hello(deployFlags(own), { env })).toMatchObject({ status: 0 });
      const words = [...deployFlags(own), '--env', 'MODE=crash'];
      const ended = await hello(words, { env, signals: [{ at: api.hold(wanted, options), name }] });
      expect(ended).toMatchObject({ status: stageStatus[name] });
      expect(ended.stderr).toContain(said);
      // It fails for the same cause, and now it goes back to its end.
      const again = await hello(words, { env });
      expect(again).toMatchObject({ status: 4 });
      await place.cleanUp(own);
    },
    120_000,
  );

  it.concurrent.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'at following logs by %s it goes on there: 0',
    async (name) => {
      const own = `followed-${name.toLowerCase()}`;
      await using deployer = await place.deployer(own);
      const { api, hello, onAzure } = deployer;
      const at = api.hold(/^GET .*\/pods\/.*\/log\?/);
      const ended = await hello([...deployFlags(own), '--logs'], { env: onAzure(), signals: [{ at, name }] });
      expect(ended).toMatchObject({ status: 0 });
      expect(ended.stderr).toContain(`Stopped following: ${own} goes on in `);
      expect(await place.objectsOf(own)).toHaveLength(3);
    },
    120_000,
  );

  it.concurrent('at --rm: a second Ctrl-C ends it at once, and a server that is away is told', async () => {
    await using deployer = await place.deployer('passing');
    const { api, hello, onAzure } = deployer;
    const words = [...deployFlags('passing'), '--rm'];
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
    expect(await place.objectsOf('passing')).toEqual(['Service passing', 'Secret passing-source']);
    expect(await hello(['self', 'delete', '--yes', '--name', 'passing'])).toMatchObject({ status: 0 });

    const away = logs().then(() => api.shut());
    const alone = await hello(words, { env, signals: [{ at: away, name: 'SIGINT' }] });
    api.open();
    expect(alone).toMatchObject({ status: 5 });
    expect(alone.stderr).toMatch(/error: Cannot reach .*\nStopped deleting passing\. Deleted: nothing; the rest/);
    expect(alone.stderr).toContain('self delete --name passing');
    expect(await place.objectsOf('passing')).toHaveLength(3);
    await place.cleanUp('passing');

    // A terminal that closes says so twice.
    const closed = logs();
    const both = { env, signals: [closed, closed].map((at) => ({ at, name: 'SIGHUP' as const })) };
    expect(await hello(words, both)).toMatchObject({ status: 0 });
    expect(await place.objectsOf('passing')).toEqual([]);
  }, 120_000);
});
