// Updates of an application under constant load through its Service: a new version and a changed environment in turn, ten of
// them with either runner unless --runs says otherwise. No request may fail.
import { join } from 'node:path';
import { loadStockImage } from '../../test/support/cluster/stock-image.ts';
import { countingAzurite } from '../tools/counting-azurite.ts';
import { busyDeployer, loadRows, reasonsText, removeBusy } from './busy.ts';
import { benchCluster, runnerOnNode } from '../tools/bench-cluster.ts';
import { type Row, tableOf } from '../tools/table.ts';
import type { Bench, Measured } from './suite.ts';
import { startLoad } from '../../test/support/cluster/load.ts';
import { serviceUrl } from '../../test/support/cluster/service-url.ts';

const replicas = '3';

export async function updatesSuite({ folder, runs, signal }: Bench): Promise<Measured> {
  const open: (() => Promise<void>)[] = [];
  try {
    const place = await benchCluster('updates', signal);
    open.push(async () => place.close());
    const store = await countingAzurite(place.hostAddress, join(folder, 'store'));
    open.push(async () => store.stop());
    await loadStockImage();
    const images = { stock: undefined, thin: await runnerOnNode(place, { runtime: false, signal }) };
    const env = { AZURE_STORAGE_CONNECTION_STRING: store.connectionString };
    const deploy = await busyDeployer(place, { signal, env });
    const [rows, notes]: [Row[], string[]] = [[], []];
    for (const [runner, image] of Object.entries(images)) {
      const where = ['--replicas', replicas, '--target', 'linux-x64'];
      const words = [...where, ...(image === undefined ? ['--store', 'cluster'] : ['--runner-image', image])];
      const environment = (count: number): string[] => ['--env', `CHANGE=${count}`];
      await deploy(runner, 'first', [...words, ...environment(0)]);
      const load = startLoad(await serviceUrl(place, runner));
      const times: Record<'version' | 'environment', number[]> = { version: [], environment: [] };
      try {
        for (let count = 1; count <= runs; count += 1) {
          const other = count % 2 === 1 ? 'second' : 'first';
          times.version.push(await took(async () => deploy(runner, other, [...words, ...environment(count - 1)])));
          times.environment.push(await took(async () => deploy(runner, other, [...words, ...environment(count)])));
          console.error(`${runner}: ${2 * count} of ${2 * runs} updates, ${failed(load.counts())} requests failed`);
        }
      } finally {
        const counts = await load.stop();
        rows.push(...loadRows(runner, counts));
        notes.push(...reasonsText(runner, counts));
      }
      rows.push(
        { what: `${runner}: a new version`, unit: 'ms', samples: times.version },
        { what: `${runner}: a changed environment`, unit: 'ms', samples: times.environment },
      );
      await removeBusy(place, runner);
    }
    const text = `${replicas} replicas on ${place.node}; ${2 * runs} updates with each runner, from pressing return to the exit of the program.`;
    return { rows, text: [tableOf(rows), '', text, ...notes].join('\n') };
  } finally {
    for (const close of open.toReversed()) await close().catch((error: unknown) => console.error(String(error)));
  }
}

async function took(run: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}

function failed(counts: ReturnType<ReturnType<typeof startLoad>['counts']>): number {
  return Object.values(counts).reduce((sum, { failures }) => sum + failures.length, 0);
}
