import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Intent } from '../../../src/platforms/intent.ts';
import type { ApplyWorld, Platform, PreflightPlan } from '../../../src/platforms/platform.ts';
import type { Store } from '../../../src/store/store.ts';

/** A platform, and something to run on it. */
export interface PlatformPlace {
  readonly platform: Platform;
  readonly store: Store;
  /** Two releases of a server that is ready soon; with MODE=crash in its environment it ends, with MODE=unready it is never ready. */
  readonly releases: readonly [first: Intent, second: Intent];
  /** Waits until the platform itself has noted that replicas are ready, where that lags behind what is watched. */
  untilNoted?(name: string, replicas: number): Promise<void>;
  close(): Promise<void>;
}

/** Every platform must pass this, the one of the tests of the stages included. */
export function platformContract(open: () => Promise<PlatformPlace>): void {
  const { signal } = new AbortController();
  let place: PlatformPlace;
  beforeAll(async () => {
    place = await open();
  });
  afterAll(async () => place.close());

  /** One of the releases, under a name of its own. */
  const release = (index: 0 | 1, changes: Partial<Intent> & { readonly name: string }): Intent => ({
    ...place.releases[index],
    ...changes,
  });
  const read = async (name: string) => place.platform.read(name, { signal });
  const apply = async (intent: Intent, world: Partial<ApplyWorld> = {}) =>
    place.platform.apply(intent, await read(intent.name), { signal, ...world });
  const crashing = { env: { MODE: 'crash' } };
  const timeoutMs = 90_000;

  describe('what nobody deployed', () => {
    it('is read as nothing', async () => {
      const deployed = await read('nothing');
      expect(deployed).toMatchObject({ isThere: false, versions: {}, linkPlaces: [] });
      expect(deployed.scaling.replicas).toBeUndefined();
    });

    it('is removed without an error', async () => {
      await place.platform.remove('nothing', { signal });
    });
  });

  it('preflight() says what to build, tries an intent, and changes nothing', async () => {
    const intent = release(0, { name: 'tried' });
    const checks = await place.platform.preflight(planOf(intent), {
      store: place.store,
      report: () => undefined,
      signal,
    });
    expect(checks.targets.length).toBeGreaterThan(0);
    await checks.verdict(intent);
    expect(await read('tried')).toMatchObject({ isThere: false });
  });

  it('render() gives the same for the same intent', () => {
    const intent = release(0, { name: 'rendered' });
    const objects = place.platform.render(intent);
    expect(objects.length).toBeGreaterThan(0);
    expect(place.platform.render(intent)).toEqual(objects);
  });

  describe('a release', () => {
    const name = 'kept';

    it('is applied, ready, read as it was applied, and unchanged when it is applied again', async () => {
      const intent = release(0, { name, replicas: 2 });
      const told: string[] = [];
      const applied = await apply(intent, {
        onChange: () => told.push('change'),
        onApplied: (object) => told.push(object.kind),
      });
      expect(applied.canRollBack).toBe(false);
      expect(applied.objects.map(({ change }) => change)).toEqual(applied.objects.map(() => 'created'));
      expect(told).toEqual(['change', ...applied.objects.map(({ kind }) => kind)]);

      const last: unknown[] = [];
      const { outcome, changes } = await place.platform.watch(applied, {
        timeoutMs,
        signal,
        onProgress: ({ ready, wanted }) => last.splice(0, 2, ready, wanted),
      });
      expect({ kind: outcome.kind, last, changes }).toEqual({ kind: 'ready', last: [2, 2], changes: [] });

      const deployed = await read(name);
      const versions = Object.entries(intent.versions).map(([arch, { version }]) => [arch, version]);
      expect(deployed).toMatchObject({ isThere: true, versions: Object.fromEntries(versions) });
      expect(deployed.scaling).toMatchObject({ replicas: 2, isApplied: true });

      const again = await apply(intent);
      expect(again.objects.map(({ change }) => change)).toEqual(again.objects.map(() => 'unchanged'));
    });

    it('is changed, not made again, by the next one, and removed altogether', async () => {
      const applied = await apply(release(1, { name, replicas: 1 }));
      expect(applied.objects.map(({ change }) => change)).toContain('changed');
      expect((await place.platform.watch(applied, { timeoutMs, signal })).outcome.kind).toBe('ready');
      expect((await read(name)).scaling.replicas).toBe(1);

      await place.platform.remove(name, { signal });
      expect(await read(name)).toMatchObject({ isThere: false, versions: {} });
    });
  });

  it('says why a release does not become ready, and what to do', async () => {
    const applied = await apply(release(0, { name: 'crashes', ...crashing }));
    const { outcome } = await place.platform.watch(applied, { timeoutMs, signal });
    expect(outcome).toMatchObject({
      kind: 'failed',
      progress: { ready: 0 },
      diagnosis: { summary: expect.stringMatching(/\S/), nextStep: expect.stringMatching(/\S/) },
    });
    await place.platform.remove('crashes', { signal });
  });

  it('goes back from a release that fails to the one that was ready, where it can go back', async () => {
    const { platform } = place;
    const both = { name: 'back', replicas: 1 };
    const [first, second] = [release(0, both), release(1, { ...both, ...crashing })];
    const { outcome } = await platform.watch(await apply(first), { timeoutMs, signal });
    expect(outcome.kind).toBe('ready');
    await place.untilNoted?.('back', 1);
    const applied = await apply(second);
    expect((await platform.watch(applied, { timeoutMs, signal })).outcome.kind).toBe('failed');
    expect(applied.canRollBack).toBe(platform.rollBack !== undefined);
    if (platform.rollBack !== undefined) {
      const told: string[] = [];
      const back = await platform.rollBack(applied, { signal, onChange: () => told.push('change') });
      expect(back).toMatchObject({ kind: 'rolled-back', release: first.release });
      expect(told).toEqual(['change']);
      if (back.kind !== 'rolled-back') return;
      expect((await platform.watch(back.applied, { timeoutMs, signal })).outcome.kind).toBe('ready');
      const versions = Object.entries(first.versions).map(([arch, { version }]) => [arch, version]);
      expect((await read('back')).versions).toEqual(Object.fromEntries(versions));
    }
    await platform.remove('back', { signal });
  });

  it('has nothing to go back to from the first release', async () => {
    const applied = await apply(release(0, { name: 'first', ...crashing }));
    expect(applied.canRollBack).toBe(false);
    expect((await place.platform.rollBack?.(applied, { signal })) ?? { kind: 'nothing-before' }).toEqual({
      kind: 'nothing-before',
    });
    await place.platform.remove('first', { signal });
  });

  it('gives up a release that takes longer than it may, and stops watching once the signal ends it', async () => {
    const slow = { env: { MODE: 'unready' } };
    const applied = await apply(release(0, { name: 'slow', ...slow }));
    const ended = new AbortController();
    const watching = place.platform.watch(applied, { timeoutMs, signal: ended.signal });
    ended.abort(new Error('enough'));
    await expect(watching).rejects.toThrow('enough');
    const late = await place.platform.watch(applied, { timeoutMs: 1_000, signal });
    expect(late.outcome.kind).toBe('timeout');
    await place.platform.remove('slow', { signal });
  });

  it('read() gives the same again while nothing has changed', async () => {
    const { platform } = place;
    await platform.watch(await apply(release(0, { name: 'read' })), { timeoutMs, signal });
    const before = await read('read');
    expect(await platform.read('read', { signal, since: before })).toMatchObject({
      isThere: true,
      versions: before.versions,
      scaling: before.scaling,
    });
    await platform.remove('read', { signal });
    expect(await platform.read('read', { signal, since: before })).toMatchObject({ isThere: false });
  });

  it('changes nothing once the signal has ended it', async () => {
    const world = { signal: AbortSignal.abort(new Error('enough')), onChange: () => expect('changed').toBe('never') };
    await expect(apply(release(0, { name: 'ended' }), world)).rejects.toThrow('enough');
    expect(await read('ended')).toMatchObject({ isThere: false });
  });
}

function planOf({ name, replicas = 1, runnerImage, runner }: Intent): PreflightPlan {
  return {
    name,
    replicas,
    runnerImage,
    runner: runner.kind,
    nodeSelector: {},
    tolerations: [],
    waits: true,
    follows: false,
    removes: false,
  };
}
