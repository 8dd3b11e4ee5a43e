import { gracePeriodSeconds } from '../app/drain.ts';
import type { LinuxArtifact } from '../executable/rebuild.ts';
import type { Intent, RunnerChoice } from '../platforms/kubernetes/manifest/intent.ts';
import { type Digest, digestOf } from '../shared/digest.ts';
import { archOf } from '../shared/target.ts';
import type { Source } from '../store/store.ts';
import type { ScaledPlan } from './plan/replicas.ts';

/** What was made of a plan before its objects are. */
interface Made {
  readonly release: Digest;
  readonly namespace: string;
  readonly sources: readonly (readonly [LinuxArtifact, Source])[];
  readonly links: Pick<Intent, 'query' | 'queries'>;
  readonly runner: RunnerChoice;
}

/** What pods of a plan are started by. */
export async function runnerOf(
  { runner }: ScaledPlan,
  { stockRunner: script }: { readonly stockRunner: string },
): Promise<RunnerChoice> {
  return runner === 'thin' ? { kind: runner } : { kind: runner, script, digest: await digestOf([Buffer.from(script)]) };
}

/** Says what a plan means on a cluster, once its executables are known. */
export function intentFor(plan: ScaledPlan, { release, namespace, sources, links, runner }: Made): Intent {
  // One blob for every architecture: each source names the same.
  const mounted = sources.map(([, source]) => source).find((source) => source.kind === 'mounted');
  const versions = sources.map(([{ target, version, sizeBytes, prefix }, source]) => [
    archOf[target],
    { version, sizeBytes, prefix, ...(source.kind === 'url' && { url: source.url }) },
  ]);
  return {
    name: plan.name,
    namespace,
    release,
    versions: Object.fromEntries(versions),
    ...links,
    ...(mounted !== undefined && { mounted }),
    ...(plan.setsReplicas && { replicas: plan.replicas }),
    args: plan.args,
    env: plan.env,
    ...(plan.app.secrets !== undefined && { secretEnv: plan.app.secrets }),
    ...(plan.port !== undefined && { port: plan.port }),
    healthPaths: plan.app.health ?? { ready: '/selfsame/ready', live: '/selfsame/live' },
    terminationGracePeriodSeconds: gracePeriodSeconds(plan.app),
    resources: plan.resources,
    runnerImage: plan.runnerImage,
    runner,
    ...(plan.imagePullSecret !== undefined && { imagePullSecret: plan.imagePullSecret }),
    ...(plan.serviceAccount !== undefined && { serviceAccount: plan.serviceAccount }),
    nodeSelector: plan.nodeSelector,
    tolerations: plan.tolerations,
  };
}
