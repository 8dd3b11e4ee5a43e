import type { Cluster } from '../platforms/kubernetes/api/client.ts';
import { podIdentity, type PodIdentity } from '../platforms/kubernetes/pods/pod-identity.ts';
import type { PodStatus, Status } from '../platforms/kubernetes/rollout/status.ts';
import type { Digest } from '../shared/digest.ts';
import { DeployError } from '../shared/errors.ts';
import { archOf, linuxTargets, type LinuxTarget } from '../shared/target.ts';
import type { Store } from '../store/store.ts';

/** The five answers to one question, for one pod: which bytes? Null where nobody answered; `reason` says why. */
export interface Verified {
  readonly pod: string;
  readonly target: LinuxTarget | null;
  /** What this executable says of itself for that target. */
  readonly executable: string | null;
  /** The name of the object in the store, if it is there. */
  readonly stored: string | null;
  /** What the pod was told to run. */
  readonly annotation: string | null;
  /** What the runner found when it hashed what it had fetched. */
  readonly runner: string | null;
  /** What the process found when it hashed its own file. */
  readonly process: string | null;
  readonly isSame: boolean;
  readonly reason?: string;
}

export interface VerifyWorld {
  readonly cluster: Cluster;
  /** Absent where no store is configured: then it is not asked. */
  readonly store?: Store;
  readonly signal: AbortSignal;
}

/** Compares, pod by pod, the bytes that were meant with those that are stored, were pulled and run. */
export async function verify(
  { name, port, scheme, pods }: Pick<Status, 'port' | 'scheme' | 'pods'> & { readonly name: string },
  versions: Readonly<Record<LinuxTarget, Digest>>,
  { cluster, store, signal }: VerifyWorld,
): Promise<Verified[]> {
  return Promise.all(
    pods.map(async (pod): Promise<Verified> => {
      const { identity, reason } = await ask(cluster, pod, { port, scheme, signal });
      const target = targetOf(pod, identity);
      const executable = target === null ? null : versions[target];
      const isStored =
        executable !== null && store !== undefined && (await store.has({ version: executable, name }, { signal }));
      const answers = {
        executable,
        stored: isStored ? executable : null,
        // Who may not see nodes learns the architecture from the process alone.
        annotation: (target === null ? undefined : pod.versions[archOf[target]]) ?? null,
        runner: identity?.runner ?? null,
        process: identity?.version ?? null,
      };
      const asked = Object.entries(answers).filter(([who]) => who !== 'stored' || store !== undefined);
      const isSame = executable !== null && asked.every(([, answer]) => answer === executable);
      return { pod: pod.name, target, ...answers, isSame, ...(reason !== undefined && { reason }) };
    }),
  );
}

async function ask(
  cluster: Cluster,
  pod: PodStatus,
  { port, scheme, signal }: { port: number | undefined; scheme: 'https' | undefined; signal: AbortSignal },
): Promise<{ identity?: PodIdentity; reason?: string }> {
  if (port === undefined) return { reason: 'it serves nothing that could be asked' };
  try {
    return { identity: await podIdentity(cluster, pod.name, { port, scheme, signal }) };
  } catch (error) {
    if (error instanceof DeployError) return { reason: error.message };
    throw error;
  }
}

function targetOf({ arch }: PodStatus, identity: PodIdentity | undefined): LinuxTarget | null {
  return linuxTargets.find((target) => target === identity?.target || archOf[target] === arch) ?? null;
}
