import type { ManifestIntent } from '../../../src/platforms/kubernetes/manifest/intent.ts';
import { parseDigest } from '../../../src/shared/digest.ts';

/** What a test wants to run. */
export function testIntent(changes: Partial<ManifestIntent> = {}): ManifestIntent {
  const version = parseDigest('1'.repeat(64));
  return {
    name: 'hello-world',
    namespace: 'default',
    release: parseDigest('a'.repeat(64)),
    versions: { amd64: { version, sizeBytes: 120_000_000, url: 'https://store.test/x64/hello-world' } },
    replicas: 5,
    args: [],
    env: {},
    port: 8080,
    healthPaths: { ready: '/selfsame/ready', live: '/selfsame/live' },
    runnerImage: 'example.test/selfsame-runner:1',
    runner: { kind: 'thin' },
    ...changes,
  };
}
