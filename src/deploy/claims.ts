import type { Comparison } from '../platforms/evidence.ts';
import type { Cluster } from '../platforms/kubernetes/api/client.ts';
import { podIdentity } from '../platforms/kubernetes/pods/pod-identity.ts';
import { type Digest, short } from '../shared/digest.ts';
import { DeployError } from '../shared/errors.ts';
import type { LinuxTarget } from '../shared/target.ts';
import type { ScaledPlan } from './plan/replicas.ts';

/** What a pod says of itself. It proves nothing: the process could say whatever it likes. */
interface Claim {
  /** What the process found when it hashed its own file. */
  readonly version: string | null;
  /** What its runner found before. */
  readonly runner: string | null;
}

/** A pod, what it should run, and what it says. */
export interface ClaimingPod {
  readonly pod: string;
  /** Null where its node may not be seen, and it does not say. */
  readonly target: LinuxTarget | null;
  /** The version of this executable for that target. */
  readonly wanted: Digest | null;
  /** Null where it does not answer; `reason` says why. */
  readonly claim: Claim | null;
  readonly reason?: string | undefined;
}

/** An answer, with the target that the process says it is. */
interface AskedClaim extends Pick<ClaimingPod, 'claim' | 'reason'> {
  readonly target?: string | undefined;
}

/** Asks a pod what it runs. */
export async function claimOf(
  cluster: Cluster,
  pod: string,
  { port, scheme, signal }: Pick<ScaledPlan, 'port' | 'scheme'> & { readonly signal: AbortSignal },
): Promise<AskedClaim> {
  if (port === undefined) return { claim: null, reason: 'it serves nothing that could be asked' };
  try {
    const { version, runner, target } = await podIdentity(cluster, pod, { port, scheme, signal });
    return { claim: { version: version ?? null, runner: runner ?? null }, target };
  } catch (error) {
    if (error instanceof DeployError) return { claim: null, reason: error.message };
    throw error;
  }
}

/** A pod that says itself that it runs something else is believed. */
export function contradictions(pods: readonly ClaimingPod[]): Comparison[] {
  return pods.flatMap(({ pod, wanted, claim }): Comparison[] => {
    const other = [claim?.version, claim?.runner].find((one) => typeof one === 'string' && one !== wanted);
    if (typeof other !== 'string' || wanted === null) return [];
    const reason = `it says that it runs ${short(other)}`;
    return [{ evidence: 'claim', object: `Pod ${pod}`, result: 'differs', reason }];
  });
}
