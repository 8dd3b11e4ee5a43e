import { describe, expect, it } from '@jest/globals';
import { startIn, withStarts } from '../../../../src/platforms/kubernetes/rollout/start-progress.ts';
import type { Progress } from '../../../../src/platforms/outcome.ts';
import { DeployError } from '../../../../src/shared/errors.ts';

describe('startIn()', () => {
  it.each([
    ['fetching http://store/app (120.3 MB, of which 117.0 MB are here)', 'fetching'],
    ['45.0 of 120.3 MB are here (37 %)', '37 %, 45.0 of 120.3 MB'],
    ['500; trying again in 2 s, from 45.0 of 120.3 MB on', 'trying again in 2 s'],
    ['fetched 120.3 MB in 1.2 s', 'verifying'],
    ['verified 0123456789ab in 0.4 s', 'booting'],
    ['made app in 0.3 s, verified 0123456789ab in 0.4 s', 'booting'],
    ['found app, verified 0123456789ab in 0.4 s', 'booting'],
    ['this image has Node.js v24.0.0: fetching the whole', undefined],
  ])('reads "%s"', (said, start) => {
    expect(startIn(`selfsame runner: ${said}`)).toBe(start);
  });

  it('takes nothing else for what a runner says', () => {
    expect(startIn('fetching http://store/app (120.3 MB)')).toBeUndefined();
    expect(startIn('2026-11-28 selfsame runner: fetched 120.3 MB in 1.2 s')).toBeUndefined();
  });
});

describe('withStarts()', () => {
  const progress = (...states: string[]): Progress => {
    const pods = states.map((state, at) => ({ name: `pod-${at}`, state }));
    return { ready: 0, wanted: states.length, pods, old: [] };
  };

  it('asks once for a log that may not be read, and again when the replica has begun again', async () => {
    const asked: string[] = [];
    const told = watched(async function* (path) {
      asked.push(path);
      yield* [];
      throw new DeployError('cluster-denied', 'Not allowed', { hint: 'Ask.' });
    });
    for (const state of ['fetching and starting', 'CrashLoopBackOff', 'fetching and starting']) {
      told.see(progress(state));
      await settled();
      expect(told.details()).toEqual([undefined]);
    }
    expect(asked).toEqual(Array<string>(2).fill('/api/v1/namespaces/shop/pods/pod-0/log'));
  });

  it('forgets what it was told where the log breaks off, and does not ask again', async () => {
    const broken = Promise.withResolvers<void>();
    let asked = 0;
    const told = watched(async function* () {
      asked += 1;
      yield 'selfsame runner: 45.0 of 120.3 MB are here (37 %)';
      await broken.promise;
      throw new DeployError('cluster-unreachable', 'Cannot reach it', { hint: 'Look.' });
    });
    told.see(progress('fetching and starting', 'ready'));
    await settled();
    expect(told.details()).toEqual(['37 %, 45.0 of 120.3 MB', undefined]);
    broken.resolve();
    await settled();
    expect(told.details()).toEqual([undefined, undefined]);
    told.see(progress('fetching and starting', 'ready'));
    expect(asked).toBe(1);
  });
});

/** Reads logs as they are given, and keeps what was told last. */
function watched(lines: (path: string) => AsyncGenerator<string, void, void>): {
  see: (progress: Progress) => void;
  details: () => (string | undefined)[];
} {
  let latest: Progress | undefined;
  const see = withStarts<Progress>(
    { namespace: 'shop', lines },
    { signal: new AbortController().signal, onProgress: (progress) => (latest = progress) },
  );
  return { see, details: () => latest?.pods.map(({ detail }) => detail) ?? [] };
}

/** Lets everything happen that waits for nothing. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
