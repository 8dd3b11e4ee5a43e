import { costDifference, moneyText, priced, type Cost, type Priced } from '../../deploy/plan/cost.ts';
import { reservedBy } from '../../deploy/plan/replicas.ts';
import { parseReplicas } from '../../deploy/plan/plan.ts';
import type { Prices } from '../../deploy/plan/prices.ts';
import { resourcesFrom } from '../../deploy/plan/resources.ts';
import { resourcesOf } from '../../platforms/kubernetes/manifest/container.ts';
import { readDeployed } from '../../platforms/kubernetes/rollout/read-deployed.ts';
import { noSuchDeployment, onNamed } from '../context/deployment.ts';
import { loadPrices } from '../context/load-prices.ts';
import { tableLines } from '../terminal/plain-table.ts';
import { dataFormat, printData, printLines } from '../output/print-data.ts';
import type { Session } from '../context/session.ts';
import type { FlagsOf, FlagTable } from '../../shared/flag.ts';
import { flagTable } from '../../shared/flags.ts';
import { command } from '../context/command.ts';
import { deploymentFlags, meaning } from '../flags/shared-flags.ts';

const takes = {
  ...deploymentFlags,
  replicas: meaning(flagTable.replicas, 'Also as if there were N of them'),
  'cpu-request': meaning(flagTable['cpu-request'], 'Also as if each asked for this, e.g. 250m'),
  'memory-request': meaning(flagTable['memory-request'], 'Also as if each asked for this, e.g. 256Mi'),
  prices: flagTable.prices,
} as const satisfies FlagTable;

type CostFlags = FlagsOf<typeof takes>;

/** `self cost`: what the replicas that run reserve in money, and what others would. Prices are known here: none is asked for. */
async function selfCost(session: Session, flags: CostFlags): Promise<number> {
  const prices = loadPrices(flags.prices);
  const isPlanned = [flags.replicas, flags['cpu-request'], flags['memory-request']].some((flag) => flag !== undefined);
  const asked = resourcesFrom(flags, session.app.resources);
  const replicas = flags.replicas === undefined ? undefined : parseReplicas(flags.replicas);

  return onNamed(session, flags, async (cluster, name) => {
    const { isThere, scaling } = await readDeployed(cluster, name, { signal: session.signal });
    if (!isThere && !isPlanned) throw noSuchDeployment(name, cluster);
    const { replicas: wanted = 1, requests: reserved, autoscaler } = scaling;
    const now = isThere ? priced(reservedBy(wanted, reserved), prices) : undefined;
    const { requests } = resourcesOf(asked);
    const each = {
      cpu: (flags['cpu-request'] === undefined ? now?.cpuRequest : undefined) ?? requests?.['cpu'] ?? '0',
      memory: (flags['memory-request'] === undefined ? now?.memoryRequest : undefined) ?? requests?.['memory'] ?? '0',
    };
    const of = (count: number): Priced => priced(reservedBy(count, each), prices);
    const planned = isPlanned ? of(replicas ?? now?.replicas ?? 1) : undefined;
    const limits = autoscaler && { name: autoscaler.name, least: of(autoscaler.min), most: of(autoscaler.max) };
    print({ name, prices, now, planned, autoscaler: limits }, flags);
    return 0;
  });
}

interface CostReport {
  readonly name: string;
  readonly prices: Prices;
  readonly now: Priced | undefined;
  readonly planned: Priced | undefined;
  /** Its limits, where one decides how many there are. */
  readonly autoscaler: { readonly name: string; readonly least: Priced; readonly most: Priced } | undefined;
}

function print(report: CostReport, { output }: CostFlags): void {
  const { name, prices, now, planned, autoscaler: { least, most } = {} } = report;
  const difference = now && planned && costDifference(now, planned);
  const format = dataFormat(output);
  if (format !== undefined) {
    printData({ ...report, difference }, format);
    return;
  }
  const money = ({ perHour, perMonth }: Cost): string[] =>
    [perHour, perMonth].map((amount) => moneyText(amount, prices.currency));
  const rows: (string | number)[][] = [];
  for (const [what, row] of Object.entries({ now, planned, 'autoscaler least': least, 'autoscaler most': most })) {
    if (row !== undefined) rows.push([what, row.replicas, row.cpuRequest, row.memoryRequest, ...money(row)]);
  }
  if (difference !== undefined) rows.push(['difference', '', '', '', ...money(difference)]);
  const { cpuHour, memoryGibHour, currency, source } = prices;
  const each = [`${cpuHour} ${currency} per vCPU-hour`, `${memoryGibHour} ${currency} per GiB-hour`].join(', ');
  printLines([
    ...tableLines([name.toUpperCase(), 'REPLICAS', 'CPU', 'MEMORY', 'HOUR', 'MONTH'], rows),
    `Requests at ${each} (${source}); 730 hours a month`,
  ]);
}

export const costCommand = command({
  name: 'cost',
  describe: 'What the replicas cost, or others would',
  does: 'prices what the replicas reserve, what others would, and the limits of an autoscaler',
  usage: 'cost [--replicas N]',
  flags: takes,
  examples: [
    ['cost', 'what do they cost?'],
    ['cost --replicas 50', 'and what would 50?'],
  ],
  schema: 'cost',
  run: selfCost,
});
