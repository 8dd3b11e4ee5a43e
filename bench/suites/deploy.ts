// What does a deploy cost the machine it starts from, and the API server? Needs a cluster, and SELFSAME_TEST_CLUSTER for nodes
// that only pretend: hundreds of replicas then cost nothing.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import type { OutgoingHttpHeaders } from 'node:http';
import { Agent } from 'node:https';
import type { RequestOptions } from 'node:https';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { readBlob, writeBlob } from '../../src/executable/format/blob.ts';
import { hostTarget } from '../../src/shared/target.ts';
import { startAzurite } from '../../test/support/stores/azurite-server.ts';
import { benchCluster, closeAndWait } from '../tools/bench-cluster.ts';
import { alternate, peakOf, type Sample } from '../tools/measure.ts';
import { simulatedNodes } from '../tools/simulated.ts';
import { memoryRow, type Row } from '../tools/table.ts';
import type { Bench } from './suite.ts';
import { writeExecutable } from '../../src/toolchain/executables.ts';
import { busyMs, meteredProxy, writeCertificate } from '../../test/support/stores/metered-proxy.ts';

interface Deploy extends Sample {
  /** From the start of the process until the last object is applied. */
  readonly appliedMs: number;
  /** That without every moment in which a server was being asked something. */
  readonly ownMs: number;
  readonly calls: number;
  readonly connections: number;
}

const replicaCounts = [5, 50, 500] as const;
const podsPerNode = 110;

export async function deploySuite({ executable, blob, folder, runs, signal }: Bench): Promise<Row[]> {
  await using servers = await meteredServers(folder, signal);
  const { api, store, azurite, namespace, kubeconfig } = servers;
  const second = join(folder, 'second');
  await writeSecond(blob, second);

  async function deployed(file: string, words: readonly string[], container: string): Promise<Deploy> {
    api.reset();
    store.reset();
    const place = ['--kubeconfig', kubeconfig, '--namespace', namespace, '--store'];
    const where = ['--toleration', 'simulated', '--node-selector', 'type=simulated'];
    const all = ['--kubernetes', ...place, `http://127.0.0.1:${store.port}/${azurite.account}/${container}`, ...where];
    const startedAt = performance.now();
    const child = spawn(file, [...all, ...words], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, AZURE_STORAGE_KEY: azurite.key },
    });
    const peakBytes = await peakOf(child, words.join(' '));
    const ms = performance.now() - startedAt;
    const patches = api.calls.filter(({ method, path }) => method === 'PATCH' && !path.includes('dryRun'));
    const appliedAt = Math.max(...patches.map(({ endedAt }) => endedAt));
    const waitedMs = busyMs([...api.calls, ...store.calls], startedAt, appliedAt);
    const appliedMs = appliedAt - startedAt;
    const counted = { calls: api.calls.length, connections: api.connections() };
    return { ms, peakBytes, appliedMs, ownMs: appliedMs - waitedMs, ...counted };
  }

  let container = '';
  const [first = [], later = [], same = []] = await alternate(
    [
      {
        run: async () => {
          container = `bench-${randomBytes(6).toString('hex')}`;
          return deployed(executable, ['--no-wait'], container);
        },
      },
      { run: async () => deployed(second, ['--no-wait'], container) },
      { run: async () => deployed(second, ['--no-wait'], container) },
    ],
    runs,
  );
  const rollouts: Row[] = [];
  for (const replicas of replicaCounts) {
    const words = ['--name', `scale-${replicas}`, '--replicas', String(replicas)];
    const { ms, calls, connections, peakBytes } = await deployed(second, words, container);
    const what = `calls to the API server, ${replicas} replicas`;
    const [fewest] = rollouts;
    rollouts.push(
      { what, unit: 'calls', samples: [calls], ...(fewest && { against: fewest, goal: { ratio: 1 } }) },
      { what: 'until all are ready', of: what, unit: 'ms', samples: [ms] },
      { what: 'connections', of: what, unit: 'connections', samples: [connections], goal: { figure: 1 } },
      memoryRow('peak, resident', [peakBytes], { of: what, goal: { figure: 150 } }),
    );
  }
  return [
    ...rowsOf('first deploy, both executables sent whole', first),
    ...rowsOf('deploy of a second version', later),
    ...rowsOf('deploy of the same again', same),
    ...rollouts,
  ];
}

function rowsOf(what: string, deploys: readonly Deploy[]): Row[] {
  const applied: Row = { what: `${what}, until applied`, unit: 'ms', samples: deploys.map((one) => one.appliedMs) };
  const own = deploys.map(({ ownMs }) => ownMs);
  const peaks = deploys.map(({ peakBytes }) => peakBytes);
  return [
    applied,
    { what: 'of it no server was waited for', of: applied.what, unit: 'ms', samples: own, goal: { figure: 1000 } },
    memoryRow('its peak, resident', peaks, { of: applied.what, goal: { figure: 150 } }),
  ];
}

/** Of the same name, with a main program that differs by a line. */
async function writeSecond(blob: string, output: string): Promise<void> {
  const parts = readBlob(await readFile(blob));
  const code = Buffer.concat([parts.code, Buffer.from('\n// The second version.\n')]);
  const target = hostTarget() ?? 'linux-x64';
  const changed = writeBlob({ ...parts, code });
  await writeExecutable(target, { name: 'hello-world', blob: changed, output, report: () => undefined });
}

/** A blob server and the cluster's API server, each behind a proxy that keeps account; the namespace and the nodes go away. */
async function meteredServers(folder: string, signal: AbortSignal) {
  const files = writeCertificate(folder);
  const tls = { cert: await readFile(files.cert), key: await readFile(files.key) };
  const place = await benchCluster('bench', signal);
  const nodes = await simulatedNodes(place, signal);
  await nodes.atLeast(Math.ceil((Math.max(...replicaCounts) * 2) / podsPerNode));
  const config = new KubeConfig();
  config.loadFromDefault();
  const access: RequestOptions = {};
  await config.applyToHTTPSOptions(access);
  const url = new URL(config.getCurrentCluster()?.server ?? '');
  const agent = new Agent({ ca: access.ca, cert: access.cert, key: access.key, keepAlive: true });
  const api = await meteredProxy({ url, agent, headers: access.headers as OutgoingHttpHeaders, tls });
  const azurite = await startAzurite();
  const store = await meteredProxy({ url: new URL(azurite.url) });
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, kubeconfigTo(`https://127.0.0.1:${api.port}`, files.cert));
  return {
    api,
    store,
    azurite,
    namespace: place.namespace,
    kubeconfig,
    async [Symbol.asyncDispose]() {
      agent.destroy();
      await Promise.all([api.close(), store.close()]);
      await azurite.stop();
      await closeAndWait(place);
      // Last of all: a node that is gone ends no pods.
      await nodes.close();
    },
  };
}

/** JSON is YAML. Who asks is known by the proxy. */
function kubeconfigTo(server: string, ca: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'bench', cluster: { server, 'certificate-authority': ca } }],
    users: [{ name: 'bench', user: {} }],
    contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
    'current-context': 'bench',
  });
}
