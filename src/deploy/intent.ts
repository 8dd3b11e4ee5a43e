import { gracePeriodSeconds } from '../app/drain.ts';
import type { LinuxArtifact } from '../executable/rebuild.ts';
import type { Intent, RunnerChoice } from '../platforms/intent.ts';
import { type Digest, digestOf } from '../shared/digest.ts';
import { archOf } from '../shared/target.ts';
import type { Source } from '../store/store.ts';
import type { ScaledPlan } from './plan/replicas.ts';

/** What was made of a plan before its objects are. */
interface PreparedParts {
  readonly release: Digest;
  readonly sources: readonly (readonly [LinuxArtifact, Source])[];
  readonly links: Pick<Intent, 'query' | 'queries'>;
  readonly runner: RunnerChoice;
}

/** What replicas of a plan are started by. */
export async function runnerOf(
  { runner }: Pick<ScaledPlan, 'runner'>,
  { stockRunner: script }: { readonly stockRunner: string },
): Promise<RunnerChoice> {
  return runner === 'thin' ? { kind: runner } : { kind: runner, script, digest: await digestOf([Buffer.from(script)]) };
}

/** Says what a plan means on a platform, once its executables are known. */
export function intentFor(plan: ScaledPlan, { release, sources, links, runner }: PreparedParts): Intent {
  // One blob for every architecture: each source names the same.
  const mounted = sources.map(([, source]) => source).find((source) => source.kind === 'mounted');
  const versions = sources.map(([{ target, version, sizeBytes, prefix }, source]) => [
    archOf[target],
    { version, sizeBytes, prefix, url: source.kind === 'url' ? source.url : undefined },
  ]);
  return {
    name: plan.name,
    release,
    versions: Object.fromEntries(versions),
    ...links,
    mounted,
    replicas: plan.setsReplicas ? plan.replicas : undefined,
    args: plan.args,
    env: plan.env,
    secretEnv: plan.secretEnv,
    port: plan.port,
    scheme: plan.scheme,
    healthPaths: plan.app.health ?? { ready: '/selfsame/ready', live: '/selfsame/live' },
    terminationGracePeriodSeconds: gracePeriodSeconds(plan.app),
    resources: plan.resources,
    runnerImage: plan.runnerImage,
    runner,
    signature: plan.signature,
    imagePullSecret: plan.imagePullSecret,
    serviceAccount: plan.serviceAccount,
    networkPolicy: plan.networkPolicy,
    nodeSelector: plan.nodeSelector,
    tolerations: plan.tolerations,
  };
}
