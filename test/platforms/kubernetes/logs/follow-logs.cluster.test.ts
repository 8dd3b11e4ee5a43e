import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apply } from '../../../../src/platforms/kubernetes/apply/apply.ts';
import { followLogs, type LogOptions } from '../../../../src/platforms/kubernetes/logs/follow-logs.ts';
import type { LogLine } from '../../../../src/platforms/kubernetes/logs/cursor.ts';
import { lastLogs } from '../../../../src/platforms/kubernetes/logs/read-logs.ts';
import { manifestFor } from '../../../../src/platforms/kubernetes/manifest/manifest.ts';
import type { ManifestIntent } from '../../../../src/platforms/kubernetes/manifest/intent.ts';
import { watchRollout } from '../../../../src/platforms/kubernetes/rollout/rollout.ts';
import { parseDigest } from '../../../../src/shared/digest.ts';
import { loadServerImage, serverImage, testCluster, type TestCluster } from '../../../support/cluster/cluster.ts';
import { testIntent } from '../../../support/kubernetes/intent.ts';

let test: TestCluster;
const { signal } = new AbortController();

beforeAll(async () => {
  test = await testCluster('logs');
  await loadServerImage();
}, 180_000);
afterAll(async () => test?.close());

/** Each on an application of its own. */
describe('followLogs()', () => {
  it.concurrent('gives every line of every pod once: through reconnects, of old pods to their end and of new ones from their start', async () => {
    const name = 'counting';
    const first = await deploy(name, { env: { COUNT_MS: '100' } });
    // So short that every pod is asked anew before it writes its next line.
    const log = follow(name, { idleTimeoutMs: 500 });
    const second = await deploy(name, { env: { COUNT_MS: '1200' } });
    await log.until(
      (texts) =>
        second.every((pod) => texts(pod).includes('line 3')) && first.every((pod) => texts(pod).includes('ending')),
    );
    await log.stop();

    for (const pod of [...first, ...second]) {
      const texts = log.texts(pod);
      const numbered = texts.filter((text) => text.startsWith('line '));
      expect(texts[0]).toBe('started as serve: ');
      expect(numbered).toEqual(numbered.map((_text, index) => `line ${index + 1}`));
      if (first.includes(pod)) expect(texts.at(-1)).toBe('ending');
    }
  });

  it.concurrent('begins where it was told to', async () => {
    const name = 'tailed';
    const [pod = ''] = await deploy(name, { env: { COUNT_MS: '100' }, replicas: 1 });
    const whole = follow(name);
    await whole.until((texts) => texts(pod).includes('line 20'));
    await whole.stop();
    const tail = follow(name, { tail: 2 });
    await tail.until((texts) => texts(pod).length >= 3);
    await tail.stop();
    expect(Number(tail.texts(pod)[0]?.replace('line ', ''))).toBeGreaterThan(15);
  });

  it.concurrent('follows a pod through its restarts', async () => {
    const name = 'crashing';
    await apply(test.cluster, manifestFor(intent(name, { env: { MODE: 'crash' }, replicas: 1 })));
    const log = follow(name);
    const crashes = (): string[] =>
      log.lines.filter(({ text }) => text === 'cannot find the moon').map(({ pod }) => pod);
    await log.until(() => crashes().length >= 2);
    await log.stop();
    const [pod = ''] = crashes();
    expect(log.texts(pod).filter((text) => text === 'started as crash: ')).toHaveLength(crashes().length);
    const last = await Promise.all(
      [false, true].map(async (previous) => lastLogs(test.cluster, pod, { lines: 2, previous })),
    );
    expect(last.flat()).toContain('cannot find the moon');
    expect(await lastLogs(test.cluster, 'no-such-pod', { lines: 1 })).toEqual([]);
  });
});

/** Deploys and waits; returns the names of the pods. */
async function deploy(name: string, changes: Partial<ManifestIntent>): Promise<string[]> {
  const wanted = intent(name, changes);
  await apply(test.cluster, manifestFor(wanted));
  const outcome = await watchRollout(test.cluster, { name, release: wanted.release, timeoutMs: 60_000, signal });
  return outcome.kind === 'ready' ? outcome.progress.pods.map((pod) => pod.name) : [];
}

function intent(name: string, changes: Partial<ManifestIntent>): ManifestIntent {
  const version = parseDigest('1'.repeat(64));
  const url = 'https://store.test/hello-world';
  return testIntent({
    name,
    namespace: test.namespace,
    release: parseDigest(randomBytes(32).toString('hex')),
    runnerImage: serverImage,
    versions: { amd64: { version, sizeBytes: 1, url }, arm64: { version, sizeBytes: 1, url } },
    replicas: 2,
    ...changes,
  });
}

interface Log {
  readonly lines: readonly LogLine[];
  texts(pod: string): string[];
  until(isEnough: (texts: (pod: string) => string[]) => boolean): Promise<void>;
  stop(): Promise<void>;
}

function follow(name: string, options: Pick<LogOptions, 'idleTimeoutMs' | 'tail'> = {}): Log {
  const stopping = new AbortController();
  const lines: LogLine[] = [];
  let onLine = (): void => {};
  const texts = (pod: string): string[] => lines.filter((line) => line.pod === pod).map(({ text }) => text);
  const following = followLogs(test.cluster, {
    name,
    ...options,
    signal: stopping.signal,
    onLine(line) {
      lines.push(line);
      onLine();
    },
  });
  return {
    lines,
    texts,
    until: async (isEnough) =>
      new Promise((resolve, reject) => {
        following.catch(reject);
        onLine = () => (isEnough(texts) ? resolve() : undefined);
        onLine();
      }),
    async stop() {
      stopping.abort();
      await following;
    },
  };
}
