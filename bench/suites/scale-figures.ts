// What grew with replicas, in figures and in words.
import Table from 'cli-table3';
import { plainTable } from '../../src/cli/terminal/plain-table.ts';
import type { ApiTraffic } from '../../test/support/kubernetes/counting-api.ts';
import type { Traffic } from '../tools/counting-azurite.ts';
import type { DeployerRun } from '../tools/measured-deploy.ts';
import { memoryRow, type Row } from '../tools/table.ts';

type Cost = Pick<DeployerRun, 'peakBytes' | 'processorMs'>;

/** Replicas that started at once; the traffic is that between their runners and the store. */
export interface ScaleStart extends Traffic, Cost {
  readonly runner: string;
  readonly replicas: number;
  /** From the end of apply to the last. */
  readonly readyMs: number;
}

/** A rollout that the deployer watched to its end. */
export interface WatchedRollout extends ApiTraffic, Cost {
  readonly replicas: number;
  readonly ms: number;
}

export function scaleRows(starts: readonly ScaleStart[], watched: readonly WatchedRollout[]): Row[] {
  const memory = ({ peakBytes }: Cost, of: string): Row => memoryRow(`${of}: deployer's peak`, [peakBytes], { of });
  return [
    ...starts.flatMap((start): Row[] => {
      const what = `${start.replicas} replicas at once, ${start.runner} runner`;
      const pulled = memoryRow(`${what}: pulled`, [start.sentBytes], { of: what });
      return [{ what, unit: 'ms', samples: [start.readyMs] }, pulled, memory(start, what)];
    }),
    ...watched.flatMap((one): Row[] => {
      const what = `${one.replicas} replicas watched`;
      const processor: Row = { what: `${what}: on a processor`, of: what, unit: 'ms', samples: [one.processorMs] };
      const read = memoryRow(`${what}: read`, [one.readBytes], { of: what });
      return [{ what, unit: 'ms', samples: [one.ms] }, processor, memory(one, what), read];
    }),
  ];
}

export function scaleText(starts: readonly ScaleStart[], watched: readonly WatchedRollout[], node: string): string {
  const [least] = watched;
  const first = new Table({
    head: ['AT ONCE', 'RUNNER', 'LAST READY', 'PULLED', 'REQUESTS', 'ERRORS', 'DEPLOYER', 'ON A CPU'],
    ...plainTable,
  });
  for (const { replicas, runner, readyMs, sentBytes, requests, errors, peakBytes, processorMs } of starts) {
    const cost = [megabytes(peakBytes), seconds(processorMs)];
    first.push([replicas, runner, seconds(readyMs), megabytes(sentBytes), requests, errors, ...cost]);
  }
  const second = new Table({
    head: ['WATCHED', 'TIME', 'DEPLOYER', 'MORE A REPLICA', 'ON A CPU', 'CALLS', 'READ', 'A REPLICA'],
    ...plainTable,
  });
  for (const one of watched) {
    const { replicas, ms, peakBytes, processorMs, calls, readBytes } = one;
    const more = least === undefined || least === one ? '' : kilobytes(perReplica(one, least, 'peakBytes'));
    const read = least === undefined || least === one ? '' : kilobytes(perReplica(one, least, 'readBytes'));
    second.push([
      replicas,
      seconds(ms),
      megabytes(peakBytes),
      more,
      seconds(processorMs),
      calls,
      megabytes(readBytes),
      read,
    ]);
  }
  return [
    first.toString(),
    '',
    second.toString(),
    '',
    `At once: real pods on ${node}, from the end of apply; requests and errors of the one store that serves them all.`,
    'Watched: on simulated nodes. The ReplicaSet controller makes about 20 pods a second, so time is its own, and each is done once.',
    'Deployer: the most that it had resident. Calls to the API server, and what its answers hold; watches are one call each.',
  ].join('\n');
}

/** What each further replica adds to a figure. */
export function perReplica<F extends 'peakBytes' | 'readBytes'>(
  more: Readonly<Record<F | 'replicas', number>>,
  less: Readonly<Record<F | 'replicas', number>>,
  figure: F,
): number {
  return (more[figure] - less[figure]) / (more.replicas - less.replicas);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1e3).toFixed(1)} kB`;
}
