import type { AppliedObject } from '../platforms/platform.ts';
import type { Digest } from '../shared/digest.ts';
import type { LinuxTarget } from '../shared/target.ts';
import { applyRelease } from './apply-release.ts';
import { awaitRollout } from './await-rollout.ts';
import type { ScaledPlan } from './plan/replicas.ts';
import { prepare } from './prepare.ts';
import { settle, type SettledDeploy } from './settle.ts';
import { storeArtifacts } from './store-artifacts.ts';
import type { Timings } from './timings.ts';
import type { World } from './world.ts';

/** What a deploy left behind. Without an outcome with `--no-wait`. */
export interface DeploySummary extends Partial<Omit<SettledDeploy, 'timings'>> {
  readonly name: string;
  readonly release: Digest;
  readonly versions: Readonly<Partial<Record<LinuxTarget, Digest>>>;
  readonly replicas: number;
  readonly sentBytes: number;
  readonly applied: readonly AppliedObject[];
  /** True if there is an earlier release to go back to. */
  readonly canRollBack: boolean;
  readonly timings: Timings;
}

/** Runs the whole pipeline: five stages. The only place that knows their order. */
export async function deploy(plan: ScaledPlan, world: World): Promise<DeploySummary> {
  const prepared = await prepare(plan, world);
  const stored = await storeArtifacts(prepared, world);
  const released = await applyRelease(prepared, stored, world);
  const { name, replicas } = released.plan;
  const summary = {
    name,
    release: prepared.release,
    versions: Object.fromEntries(prepared.artifacts.map(({ target, version }) => [target, version])),
    replicas,
    sentBytes: stored.sentBytes,
    applied: released.applied.objects,
    canRollBack: released.applied.canRollBack,
  };
  if (!plan.waits) return { ...summary, timings: { stages: world.clock.stages(), pods: [] } };
  const rollout = await awaitRollout(released, world);
  return { ...summary, ...(await settle(released, rollout, world)) };
}
