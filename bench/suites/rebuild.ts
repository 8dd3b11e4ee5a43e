// How long does an executable take to rebuild itself, and how much memory, against postject and against just copying it?
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runtimeFile } from '../../src/executable/runtimes/runtimes.ts';
import { alternate, peaks, timedRun, times } from '../tools/measure.ts';
import { memoryRow, type Row } from '../tools/table.ts';
import type { Bench } from './suite.ts';

/** Warm caches, and each output a new file. */
export async function rebuildSuite({ executable, blob, foreign, folder, runs }: Bench): Promise<Row[]> {
  const [reference, output] = [join(folder, 'reference'), join(folder, 'output')];
  await timedRun([executable, 'self', 'rebuild', '--target', foreign, '-o', reference]);
  const runtime = await runtimeFile(foreign);
  const postject = join(import.meta.dirname, '../tools/postject.ts');
  const after = async (): Promise<void> => rm(output);
  const [ours = [], copy = [], theirs = []] = await alternate(
    [
      {
        run: async () => timedRun([executable, 'self', 'rebuild', '--target', foreign, '-o', output]),
        after,
      },
      { run: async () => timedRun(['cp', reference, output], ['sha256sum', output]), after },
      { run: async () => timedRun([process.execPath, postject, runtime, blob, output, 'bench']), after },
    ],
    runs,
  );
  const copied: Row = { what: 'cp, sha256sum of the same file', unit: 'ms', samples: times(copy) };
  const injected: Row = { what: 'postject, the same runtime and blob', unit: 'ms', samples: times(theirs) };
  const what = `self rebuild --target ${foreign}`;
  return [
    { what, unit: 'ms', samples: times(ours), against: copied, goal: { ratio: 0.5 } },
    { what, unit: 'ms', samples: times(ours), against: injected },
    memoryRow('its peak, resident', peaks(ours), { of: what, goal: { figure: 80 } }),
    copied,
    injected,
    memoryRow('its peak, resident', peaks(theirs), { of: injected.what }),
  ];
}
