import type { Applied, AppliedObject } from '../platforms/platform.ts';
import { intentFor } from './intent.ts';
import { planWith, type ScaledPlan } from './plan/replicas.ts';
import type { Prepared } from './prepare.ts';
import type { Stored } from './store-artifacts.ts';
import type { World } from './world.ts';

/** A release that is applied. */
export interface Released {
  /** As it was applied: someone may have scaled while bytes were sent. */
  readonly plan: ScaledPlan;
  readonly release: Prepared['release'];
  readonly applied: Applied;
  /** By `performance.now()`. */
  readonly appliedAt: number;
}

/**
 * The third stage: makes the platform's objects what the plan says. What is there is read again, as late as can be.
 *
 * @throws {DeployError} as the platform's `apply`.
 */
export async function applyRelease(
  { plan: prepared, release, runner }: Pick<Prepared, 'plan' | 'release' | 'runner'>,
  { sources, links }: Omit<Stored, 'sentBytes'>,
  { platform, report, signal, clock, onStage }: Pick<World, 'platform' | 'report' | 'signal' | 'clock' | 'onStage'>,
): Promise<Released> {
  const deployed = await platform.read(prepared.name, { since: prepared.deployed, signal });
  const plan = planWith(prepared, deployed);
  signal.throwIfAborted();
  const isFirst = !deployed.isThere;
  const names: string[] = [];
  const applied = await platform.apply(intentFor(plan, { release, sources, links, runner }), deployed, {
    signal,
    onChange: () => onStage?.({ at: 'applying', isFirst, applied: [] }),
    onFound: (text) => report({ kind: 'warning', text }),
    onApplied({ kind, name }) {
      names.push(`${kind} ${name}`);
      onStage?.({ at: 'applying', isFirst, applied: [...names] });
    },
  });
  const appliedAt = performance.now();
  onStage?.({ at: 'applied', canRollBack: applied.canRollBack });
  report({ kind: 'step', text: appliedText(applied.objects) });
  clock.lap('apply', { at: appliedAt });
  return { plan, release, applied, appliedAt };
}

function appliedText(objects: readonly AppliedObject[]): string {
  const changed = objects.filter(({ change }) => change !== 'unchanged');
  if (changed.length === 0) return `Nothing to change on the cluster: ${objects.length} objects are as wanted`;
  return `Applied: ${changed.map(({ kind, name, change }) => `${kind} ${name} ${change}`).join(', ')}`;
}
