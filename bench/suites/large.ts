// What large applications cost where the cluster itself is the store: ConfigMaps, the time to the first replica, memory of what keeps them.
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathOf } from '../../src/platforms/kubernetes/api/resource-paths.ts';
import { buildExecutable } from '../../src/toolchain/build.ts';
import { cloneRequest } from '../../src/toolchain/clone.ts';
import { loadStockImage } from '../../test/support/cluster/stock-image.ts';
import { benchCluster, type BenchCluster } from '../tools/bench-cluster.ts';
import { alternate } from '../tools/measure.ts';
import { runTool } from '../tools/run-tool.ts';
import { memoryRow, type Row } from '../tools/table.ts';
import type { Bench } from './suite.ts';

/** MiB that do not compress, beside the 0.8 of any application. */
const sizes = [1, 15, 31] as const;
const keepers = ['kube-apiserver', 'etcd'] as const;

interface LargeLap {
  readonly readyMs: number;
  readonly parts: number;
  readonly keptBytes: Readonly<Record<(typeof keepers)[number], number>>;
}

/** One replica of each size in turn, under a name of its own, deleted afterwards. */
export async function largeSuite({ folder, runs, signal }: Bench): Promise<Row[]> {
  const place = await benchCluster('large', signal);
  try {
    await loadStockImage();
    const executables: string[] = [];
    for (const mebibytes of sizes)
      executables.push(await largeExecutable(join(folder, `large-${mebibytes}`), mebibytes));
    let count = 0;
    const laps = await alternate(
      executables.map((executable) => ({
        run: async () => lapOf(place, { executable, name: `large-${(count += 1)}`, signal }),
      })),
      runs,
    );
    const rows: Row[] = [];
    let first: Row | undefined;
    for (const [index, of] of laps.entries()) {
      const samples = of.map(({ readyMs }) => readyMs);
      const row: Row = {
        what: textFor(index, of),
        unit: 'ms',
        samples,
        ...(first !== undefined && { against: first }),
      };
      first ??= row;
      const memory = keepers.map((keeper) => {
        const bytes = of.map(({ keptBytes }) => keptBytes[keeper]);
        return memoryRow(`${keeper} after it`, bytes, { of: row.what });
      });
      rows.push(row, ...memory);
    }
    return rows;
  } finally {
    await place.close();
  }
}

function textFor(index: number, laps: readonly LargeLap[]): string {
  return `to the first replica: ${sizes[index]} MiB more, in ${laps[0]?.parts ?? 0} ConfigMaps`;
}

/** An application with a file of noise. */
async function largeExecutable(project: string, mebibytes: number): Promise<string> {
  await mkdir(project, { recursive: true });
  await writeFile(join(project, 'package.json'), '{ "name": "large", "version": "1.0.0", "type": "module" }');
  await writeFile(join(project, 'noise.bin'), randomBytes(mebibytes << 20));
  await writeFile(
    join(project, 'app.ts'),
    `import { createServer } from 'node:http';
import { selfsame } from 'selfsame';
void selfsame({
  name: 'large',
  address: () => ':8080',
  files: ['noise.bin'],
  run: async ({ serve }) => serve(createServer((_request, response) => response.end('large'))),
});
`,
  );
  const output = join(project, 'large');
  await buildExecutable({ ...cloneRequest(), entry: join(project, 'app.ts'), output });
  return output;
}

async function lapOf(
  place: BenchCluster,
  { executable, name, signal }: { readonly executable: string; readonly name: string; readonly signal: AbortSignal },
): Promise<LargeLap> {
  const { namespace, kubeconfig: KUBECONFIG, pods, cluster } = place;
  const env = { KUBECONFIG, AZURE_STORAGE_CONNECTION_STRING: '', SELFSAME_STORE: '' };
  const at = ['--name', name, '--namespace', namespace];
  const except = pods.templates(name);
  const startedAt = performance.now();
  const words = ['--kubernetes', ...at, '--target', 'linux-x64', '--store', 'cluster'];
  const [readyAt] = await Promise.all([
    pods.ready(name, { count: 1, except }),
    runTool([executable, ...words], { env, signal }),
  ]);
  const { items } = await cluster.request<{ items: unknown[] }>('GET', pathOf('ConfigMap', { namespace }), {
    query: { labelSelector: `app.kubernetes.io/name=${name},app.kubernetes.io/component=blob` },
  });
  const keptBytes = await residentBytes();
  await runTool([executable, 'self', 'delete', ...at, '--yes'], { env, signal });
  return { readyMs: readyAt - startedAt, parts: items.length, keptBytes };
}

/** What the parts of the cluster that keep ConfigMaps hold in memory, where they run on this machine; 0 elsewhere. */
async function residentBytes(): Promise<LargeLap['keptBytes']> {
  const held = { 'kube-apiserver': 0, etcd: 0 };
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const [words, status] = await Promise.all(
      ['cmdline', 'status'].map((file) => readFile(join('/proc', pid, file), 'utf8').catch(() => '')),
    );
    const [program = '', first = ''] = (words ?? '').split('\0');
    const keeper = keepers.find((known) => [program.split('/').at(-1), first].includes(known));
    if (keeper !== undefined) held[keeper] = Number(/^VmRSS:\s+(\d+)/m.exec(status ?? '')?.[1] ?? 0) * 1024;
  }
  return held;
}
