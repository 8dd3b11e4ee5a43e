import { randomBytes } from 'node:crypto';
import type { ManifestIntent } from '../../../src/platforms/kubernetes/manifest/intent.ts';
import { watchRollout } from '../../../src/platforms/kubernetes/rollout/rollout.ts';
import type { RolloutOutcome } from '../../../src/platforms/outcome.ts';
import type { RolloutProgress } from '../../../src/platforms/platform.ts';
import { type Digest, parseDigest } from '../../../src/shared/digest.ts';
import { serverImage, type TestCluster } from '../cluster/cluster.ts';
import { testIntent } from '../kubernetes/intent.ts';

/** A deploy of the test server, whose replicas end at once. */
export function serverIntent({ namespace }: TestCluster, changes: Partial<ManifestIntent>): ManifestIntent {
  const version = parseDigest('1'.repeat(64));
  const url = 'https://store.test/hello-world';
  return testIntent({
    namespace,
    runnerImage: serverImage,
    versions: { amd64: { version, sizeBytes: 1, url }, arm64: { version, sizeBytes: 1, url } },
    terminationGracePeriodSeconds: 1,
    ...changes,
  });
}

export function newRelease(): Digest {
  return parseDigest(randomBytes(32).toString('hex'));
}

/** Watches a rollout to its end. */
export async function watchedRollout(
  { cluster }: TestCluster,
  name: string,
  options: {
    release: Digest;
    timeoutMs?: number;
    signal?: AbortSignal;
    onProgress?: (progress: RolloutProgress) => void;
  },
): Promise<RolloutOutcome> {
  const { signal } = new AbortController();
  return watchRollout(cluster, { name, timeoutMs: 90_000, signal, ...options });
}
