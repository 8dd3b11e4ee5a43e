import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { apply } from '../../../../src/platforms/kubernetes/apply/apply.ts';
import { type Cluster, connect } from '../../../../src/platforms/kubernetes/api/client.ts';
import { followLogs } from '../../../../src/platforms/kubernetes/logs/follow-logs.ts';
import { manifestFor } from '../../../../src/platforms/kubernetes/manifest/manifest.ts';
import { watchRollout } from '../../../../src/platforms/kubernetes/rollout/rollout.ts';
import { parseDigest } from '../../../../src/shared/digest.ts';
import { loadServerImage, serverImage, testCluster, type TestCluster } from '../../../support/cluster/cluster.ts';
import { type Forwarder, forwardTo } from '../../../support/kubernetes/forwarder.ts';
import { testIntent } from '../../../support/kubernetes/intent.ts';

let test: TestCluster;
let forwarder: Forwarder;
let cluster: Cluster;
let folder: string;
const { signal } = new AbortController();
const name = 'steady';

beforeAll(async () => {
  test = await testCluster('faults');
  await loadServerImage();
  forwarder = await forwardTo(test.cluster.server);
  folder = await mkdtemp(join(tmpdir(), 'selfsame-'));
  const kubeconfig = join(folder, 'config');
  const server = `https://127.0.0.1:${forwarder.port}`;
  await writeFile(kubeconfig, (await readFile(test.kubeconfig, 'utf8')).replaceAll(test.cluster.server, server));
  cluster = await connect({ kubeconfig, namespace: test.namespace, environment: {}, signal });
}, 180_000);
afterAll(async () => {
  await cluster?.close();
  forwarder?.close();
  await rm(folder, { recursive: true });
  await test?.close();
});

it('a rollout and the logs of its pods survive an API server that is away for a while', async () => {
  const before = forwarder.connections;
  const intent = testIntent({
    name,
    namespace: test.namespace,
    runnerImage: serverImage,
    release: parseDigest(randomBytes(32).toString('hex')),
    replicas: 3,
    // Not ready before the way there was cut and mended.
    env: { COUNT_MS: '100', READY_AT_LINE: '30' },
  });
  await apply(cluster, manifestFor(intent));
  const stop = new AbortController();
  const lines: Record<string, string[]> = {};
  let wasCut = false;
  const enough = Promise.withResolvers<void>();
  const following = followLogs(cluster, {
    name,
    signal: stop.signal,
    onLine({ pod, text }) {
      (lines[pod] ??= []).push(text);
      if (!wasCut && text === 'line 3') {
        wasCut = true;
        forwarder.cut();
      }
      if (Object.values(lines).every((own) => own.includes('line 60'))) enough.resolve();
    },
  });
  const troubles = new Set<string>();
  try {
    const outcome = await watchRollout(cluster, {
      name,
      release: intent.release,
      timeoutMs: 60_000,
      signal,
      onProgress({ trouble }) {
        if (trouble === undefined) return;
        troubles.add(trouble.code);
        setTimeout(() => forwarder.mend(), 1_000);
      },
    });
    expect(outcome).toMatchObject({ kind: 'ready', progress: { ready: 3 } });
    expect([...troubles]).toEqual(['cluster-unreachable']);
    await enough.promise;
  } finally {
    stop.abort();
    await following;
  }
  for (const own of Object.values(lines)) {
    const numbered = own.filter((text) => text.startsWith('line '));
    expect(numbered).toEqual(numbered.map((_text, index) => `line ${index + 1}`));
  }
  expect(Object.keys(lines)).toHaveLength(3);
  // One connection for everything, and another one after the cut.
  expect(forwarder.connections - before).toBeLessThanOrEqual(3);
});
