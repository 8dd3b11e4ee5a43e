import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { V1Deployment } from '@kubernetes/client-node';
import { apply } from '../../../src/platforms/kubernetes/apply/apply.ts';
import { type Cluster, connect } from '../../../src/platforms/kubernetes/api/client.ts';
import { followLogs, type LogOptions } from '../../../src/platforms/kubernetes/logs/follow-logs.ts';
import type { LogLine } from '../../../src/platforms/kubernetes/logs/cursor.ts';
import { manifestFor } from '../../../src/platforms/kubernetes/manifest/manifest.ts';
import { pathOf } from '../../../src/platforms/kubernetes/api/resource-paths.ts';
import { parseDigest } from '../../../src/shared/digest.ts';
import { serverImage, type TestCluster } from '../cluster/cluster.ts';
import { type Forwarder, forwardTo } from './forwarder.ts';
import { testIntent } from './intent.ts';

/** A way to the cluster that can be cut. */
export interface Way {
  readonly cluster: Cluster;
  readonly forwarder: Forwarder;
  readonly kubeconfig: string;
  close(): Promise<void>;
}

export async function wayTo(test: TestCluster, options: { idleMs?: number } = {}): Promise<Way> {
  const forwarder = await forwardTo(test.cluster.server, options);
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-'));
  const kubeconfig = join(folder, 'config');
  const server = `https://127.0.0.1:${forwarder.port}`;
  await writeFile(kubeconfig, (await readFile(test.kubeconfig, 'utf8')).replaceAll(test.cluster.server, server));
  const { signal } = new AbortController();
  const cluster = await connect({ kubeconfig, namespace: test.namespace, environment: {}, signal });
  return {
    cluster,
    forwarder,
    kubeconfig,
    async close() {
      await cluster.close();
      forwarder.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Runs replicas that do nothing but this Perl program. */
export async function runScript(
  test: TestCluster,
  { name, script, replicas }: { name: string; script: string; replicas: number },
): Promise<void> {
  const release = parseDigest(randomBytes(32).toString('hex'));
  const { port: _port, ...intent } = testIntent({ name, namespace: test.namespace, release, replicas });
  const objects = manifestFor({ ...intent, runnerImage: serverImage, terminationGracePeriodSeconds: 5 });
  for (const object of objects) {
    if (object.kind !== 'Deployment') continue;
    const [container] = (object as V1Deployment).spec?.template.spec?.containers ?? [];
    if (container) container.command = ['/usr/bin/perl', '-e', script];
  }
  await apply(test.cluster, objects);
}

export async function scaleLogPods({ cluster }: TestCluster, name: string, replicas: number): Promise<void> {
  await cluster.request('PATCH', `${pathOf('Deployment', { namespace: cluster.namespace, name })}/scale`, {
    body: { spec: { replicas } },
    contentType: 'application/merge-patch+json',
  });
}

/** What was followed so far. */
export interface Followed {
  readonly lines: readonly LogLine[];
  readonly notices: readonly string[];
  texts(pod: string): string[];
  /** Waits until that is so; it is asked after every line and notice. */
  until(isSo: () => boolean): Promise<void>;
  stop(): Promise<void>;
}

export function follow(cluster: Cluster, options: Partial<LogOptions> & { readonly name: string }): Followed {
  const stopping = new AbortController();
  const lines: LogLine[] = [];
  const notices: string[] = [];
  let onNews = (): void => {};
  const following = followLogs(cluster, {
    ...options,
    signal: stopping.signal,
    onLine(line) {
      lines.push(line);
      onNews();
    },
    onNotice(text) {
      notices.push(text);
      onNews();
    },
  });
  return {
    lines,
    notices,
    texts: (pod) => lines.filter((line) => line.pod === pod).map(({ text }) => text),
    until: async (isSo) =>
      new Promise((resolve, reject) => {
        following.catch(reject);
        onNews = () => (isSo() ? resolve() : undefined);
        onNews();
      }),
    async stop() {
      stopping.abort();
      await following;
    },
  };
}
