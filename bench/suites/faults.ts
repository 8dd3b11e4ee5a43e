// What becomes of deploys when parts of a real cluster are killed under them, when others deploy and edit beside them, and when the
// clock is wrong; and of every command that changes something, when it is killed or gets another answer at each call that does.
// The same for what commands write on the disk of who gives them. Every case with the real executable, and then the same command
// once more, which has to finish the job.
import Table from 'cli-table3';
import { plainTable } from '../../src/cli/terminal/plain-table.ts';
import { DeployError } from '../../src/shared/errors.ts';
import { clocks, clocksOfStore } from '../../test/support/faults/clocks.ts';
import { clusterCommand } from '../../test/support/faults/components.ts';
import { edited } from '../../test/support/faults/edits.ts';
import { faultExecutables } from '../../test/support/faults/executables.ts';
import { outage } from '../../test/support/faults/outages.ts';
import { type FaultPlace, faultPlace } from '../../test/support/faults/place.ts';
import { rivals } from '../../test/support/faults/rivals.ts';
import type { Tried } from '../../test/support/faults/try.ts';
import { sweepDisk } from '../../test/support/points/disk/sweep.ts';
import { pointsPlace } from '../../test/support/points/place.ts';
import { summaryOf, type Swept, sweep } from '../../test/support/points/sample.ts';
import type { Bench, Measured } from './suite.ts';

const groups: readonly ((place: FaultPlace) => Promise<Tried[]>)[] = [
  async (place) => outage('kube-apiserver', place),
  async (place) => outage('etcd', place),
  async (place) => outage('node-1.kubelet', place),
  rivals,
  edited,
  clocks,
  clocksOfStore,
];

export async function faultsSuite({ signal }: Bench): Promise<Measured> {
  if (clusterCommand() === undefined) {
    throw new DeployError('system-lacks', 'Cannot try faults without a cluster whose parts can be killed', {
      hint: 'Set SELFSAME_TEST_CLUSTER to a command that starts one on this machine: CONTRIBUTING.md says what it has to do.',
    });
  }
  const place = await faultPlace(await faultExecutables());
  const cases: Tried[] = [];
  try {
    for (const group of groups) {
      signal.throwIfAborted();
      cases.push(...(await group(place)));
    }
  } finally {
    await place.close();
  }
  const swept = [await sweptPoints(signal), await sweepDisk({ share: 1, concurrency: 2, signal })];
  const texts = swept.map((each) => `${summaryOf(each)}\n${wrongOf(each)}`);
  return {
    rows: [],
    text: [textOf(cases), ...texts].join('\n\n'),
    cases: [...cases, ...swept.flatMap(({ tried }) => tried)],
  };
}

async function sweptPoints(signal: AbortSignal): Promise<Swept> {
  const place = await pointsPlace();
  try {
    return await sweep(place, { share: 1, concurrency: 6, signal });
  } finally {
    await place.close();
  }
}

function wrongOf({ tried }: Swept): string {
  return tried.flatMap(({ what, wrong }) => wrong.map((each) => `NO: ${what}: ${each}\n`)).join('');
}

function textOf(cases: readonly Tried[]): string {
  const table = new Table({ head: ['CASE', 'STATUS', 'SAID', 'LEFT', 'RIGHT'], ...plainTable });
  for (const { what, status, said, left, wrong } of cases) {
    table.push([what, String(status), shortened(said), left, wrong.length === 0 ? 'yes' : `NO: ${wrong.join('; ')}`]);
  }
  const right = cases.filter(({ wrong }) => wrong.length === 0).length;
  return `${table.toString()}\n\n${cases.length} cases tried, ${right} right`;
}

function shortened(text: string): string {
  return text.length > 150 ? `${text.slice(0, 149)}…` : text;
}
