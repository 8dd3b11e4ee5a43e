// How long does an executable take to say which bytes it is, here and for another target?
import { alternate, peaks, timedRun, times } from '../tools/measure.ts';
import { memoryRow, type Row } from '../tools/table.ts';
import type { Bench } from './suite.ts';

export async function versionSuite({ executable, foreign, runs }: Bench): Promise<Row[]> {
  const forTarget = ['--version-hash', '--target', foreign];
  const [other = [], own = [], sum = [], empty = []] = await alternate(
    [
      { run: async () => timedRun([executable, ...forTarget]) },
      { run: async () => timedRun([executable, '--version-hash']) },
      { run: async () => timedRun(['sha256sum', executable]) },
      { run: async () => timedRun([process.execPath, '-e', '0']) },
    ],
    runs,
  );
  const nothing: Row = { what: 'node -e 0', unit: 'ms', samples: times(empty) };
  const summed: Row = { what: 'sha256sum of the same file', unit: 'ms', samples: times(sum) };
  return [
    { what: forTarget.join(' '), unit: 'ms', samples: times(other), against: nothing, goal: { ratio: 4 } },
    memoryRow('its peak, resident', peaks(other), { of: forTarget.join(' ') }),
    { what: '--version-hash', unit: 'ms', samples: times(own), against: summed },
    memoryRow('its peak, resident', peaks(own), { of: '--version-hash' }),
    summed,
    nothing,
    memoryRow('its peak, resident', peaks(empty), { of: nothing.what }),
  ];
}
