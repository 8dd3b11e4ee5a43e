import type { Autoscaler, Deployed } from '../../platforms/deployed.ts';
import type { Plan } from './plan.ts';

/** What is reserved on a cluster: what replicas ask for, whether they use it or not. */
export interface Reserved {
  readonly replicas: number;
  /** Kubernetes quantities, of one replica. */
  readonly cpuRequest: string;
  readonly memoryRequest: string;
}

/** What so many replicas reserve that each ask for this, in Kubernetes quantities. */
export function reservedBy(
  replicas: number,
  { cpu = '0', memory = '0' }: Readonly<Record<string, string>> = {},
): Reserved {
  return { replicas, cpuRequest: cpu, memoryRequest: memory };
}

/** A plan that knows how many replicas it comes to where it goes. */
export interface ScaledPlan extends Plan {
  /** What was there when it was settled. */
  readonly deployed: Deployed;
  /** False: the number is set elsewhere, and stays as it is. */
  readonly setsReplicas: boolean;
  /** Who decides the number, where that is not the plan. */
  readonly scaledBy?: 'what is there' | Autoscaler;
  /** What is reserved on the cluster under that name before the deploy; absent where nothing is deployed. */
  readonly now?: Reserved;
}

/** Settles how many replicas a plan means: without `--replicas` as many as there are, and an autoscaler's are left alone. */
export function planWith(asked: Plan, deployed: Deployed): ScaledPlan {
  const { replicas, requests, isApplied, autoscaler } = deployed.scaling;
  const plan = { ...asked, deployed, ...(replicas !== undefined && { now: reservedBy(replicas, requests) }) };
  // What we applied once has to be applied again: left out, it would be taken away, and 1 be the number.
  const kept = { ...plan, replicas: replicas ?? plan.replicas, setsReplicas: isApplied };
  if (autoscaler !== undefined) return { ...kept, scaledBy: autoscaler };
  if (plan.keepsReplicas && replicas !== undefined) return { ...kept, scaledBy: 'what is there' };
  return { ...plan, setsReplicas: true };
}

/** How many, for people. */
export function replicasText({ replicas, scaledBy }: ScaledPlan): string {
  const count = replicas === 1 ? '1 replica' : `${replicas} replicas`;
  if (scaledBy === undefined) return count;
  if (scaledBy === 'what is there') return `${count} (as many as there are)`;
  return `${count} (decided by the autoscaler ${scaledBy.name}, ${scaledBy.min} to ${scaledBy.max})`;
}
