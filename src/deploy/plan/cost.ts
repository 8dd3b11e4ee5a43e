import { resourcesOf } from '../../platforms/kubernetes/manifest/container.ts';
import { amountOf } from '../../platforms/kubernetes/api/quantity.ts';
import type { Prices } from './prices.ts';
import { reservedBy, type Reserved, type ScaledPlan } from './replicas.ts';

export interface Cost {
  readonly perHour: number;
  /** Of 730 hours, a twelfth of a year. */
  readonly perMonth: number;
}

const hoursOfMonth = 730;

/** Requests decide, since they are what a node cannot give to others. Disks, traffic and the store are not in it. */
export function costOf({ replicas, cpuRequest, memoryRequest }: Reserved, { cpuHour, memoryGibHour }: Prices): Cost {
  const perHour = replicas * (amountOf(cpuRequest) * cpuHour + (amountOf(memoryRequest) / 2 ** 30) * memoryGibHour);
  return { perHour, perMonth: perHour * hoursOfMonth };
}

/** What one costs more than the other. */
export function costDifference(now: Cost, planned: Cost): Cost {
  return { perHour: planned.perHour - now.perHour, perMonth: planned.perMonth - now.perMonth };
}

/** Something that is reserved, and its cost. */
export interface Priced extends Reserved, Cost {}

/** Puts the price beside what is reserved. */
export function priced(reserved: Reserved, prices: Prices): Priced {
  return { ...reserved, ...costOf(reserved, prices) };
}

/** What a deploy will cost, for as long as it runs. */
export interface PlanCost {
  readonly prices: Prices;
  readonly planned: Priced;
  /** Where an autoscaler decides: its limits, of which `planned` is somewhere between. */
  readonly least?: Priced;
  readonly most?: Priced;
  /** What runs before the deploy, and how much more (or less, below 0) it will be; absent where nothing runs. */
  readonly now?: Priced;
  readonly difference?: Cost;
}

/** Reckons what a plan will cost, of what is known already: nothing is asked. What a rollout takes besides while it goes on is not in it. */
export function costOfPlan({ replicas, scaledBy, now, resources }: CostedPlan, prices: Prices): PlanCost {
  const { requests } = resourcesOf(resources);
  const of = (count: number): Priced => priced(reservedBy(count, requests), prices);
  const planned = of(replicas);
  const before = now && priced(now, prices);
  return {
    prices,
    planned,
    ...(typeof scaledBy === 'object' && { least: of(scaledBy.min), most: of(scaledBy.max) }),
    ...(before && { now: before, difference: costDifference(before, planned) }),
  };
}

type CostedPlan = Pick<ScaledPlan, 'replicas' | 'scaledBy' | 'now' | 'resources'>;

/** The cost of a plan in one line. */
export function costText({ prices: { currency, source }, planned, least, most, difference }: PlanCost): string {
  const money = (amount: number): string => moneyText(amount, currency);
  const { perHour, perMonth, replicas, cpuRequest, memoryRequest } = planned;
  const range = least && most && `${money(least.perMonth)} to ${money(most.perMonth)} a month, by the autoscaler; `;
  const now = difference && `, ${differenceText(difference.perMonth, currency)}`;
  const each = `${replicas} × ${cpuRequest} CPU and ${memoryRequest} memory`;
  return `Costs about ${range ?? ''}${money(perMonth)} a month${now ?? ''} (${money(perHour)} an hour: ${each}, at ${source})`;
}

function differenceText(amount: number, currency: string): string {
  // Less than what can be shown is the noise of adding.
  if (Math.abs(amount) < 0.00005) return 'the same as now';
  return `${moneyText(Math.abs(amount), currency)} ${amount > 0 ? 'more' : 'less'} than now`;
}

/** An amount of money, with as many digits as it takes to see something of it. */
export function moneyText(amount: number, currency: string): string {
  const digits = Math.abs(amount) >= 0.1 || amount === 0 ? 2 : 4;
  const format = { style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits } as const;
  return new Intl.NumberFormat('en-US', format).format(amount);
}
