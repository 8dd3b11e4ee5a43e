import { setTimeout } from 'node:timers/promises';
import { artifactFor, type LinuxArtifact } from '../executable/rebuild.ts';
import type { Executable } from '../executable/self.ts';
import { releaseOf, versionsOf } from '../executable/version.ts';
import { type Comparison, type EvidenceResult, resultOf } from '../platforms/evidence.ts';
import type { Cluster } from '../platforms/kubernetes/api/client.ts';
import { compareWith } from '../platforms/kubernetes/evidence/compare.ts';
import { otherDeployed } from '../platforms/kubernetes/evidence/other-release.ts';
import { readEvidence } from '../platforms/kubernetes/evidence/read-evidence.ts';
import { ofOtherRelease } from '../platforms/kubernetes/evidence/results.ts';
import { compareParts } from '../platforms/kubernetes/evidence/stored-parts.ts';
import { mountedPartsIn } from '../platforms/kubernetes/manifest/blob-volume.ts';
import { urlVariable } from '../platforms/kubernetes/manifest/env.ts';
import { versionsIn } from '../platforms/kubernetes/manifest/labels.ts';
import { envIn, mountsQuery } from '../platforms/kubernetes/manifest/pod-spec.ts';
import { stockEditionIn, stockRunnerName } from '../platforms/kubernetes/manifest/stock-runner.ts';
import { architecturesByNode } from '../platforms/kubernetes/pods/nodes.ts';
import { isEnding, podHasEnded } from '../platforms/kubernetes/pods/pod-view.ts';
import { type KubernetesDeployed, readDeployed } from '../platforms/kubernetes/rollout/read-deployed.ts';
import type { LiveDeployment } from '../platforms/kubernetes/apply/apply.ts';
import { type Digest, digestOf, short } from '../shared/digest.ts';
import type { Report } from '../shared/report.ts';
import { archOf, linuxTargets, type LinuxTarget } from '../shared/target.ts';
import type { Source, UrlStore } from '../store/store.ts';
import { type ClaimingPod, claimOf, contradictions } from './claims.ts';
import { intentFor, runnerOf } from './intent.ts';
import type { ScaledPlan } from './plan/replicas.ts';

/** What is proven of a deployment. */
export interface Verified {
  readonly result: EvidenceResult;
  /** Of this executable. */
  readonly release: Digest;
  /** The one that is deployed, where it is another. */
  readonly otherRelease?: Digest | undefined;
  /** Of this executable, for the targets that are deployed. */
  readonly versions: Readonly<Partial<Record<LinuxTarget, Digest>>>;
  readonly comparisons: readonly Comparison[];
  readonly pods: readonly ClaimingPod[];
}

export interface VerifyWorld {
  readonly cluster: Cluster;
  readonly executable: Executable;
  /** The text of the bundle of runner/stock. */
  readonly stockRunner: string;
  /** Absent where none is configured: then it is not asked. */
  readonly store: UrlStore | undefined;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** So long may lists lag behind each other. */
const settleMs = 1_000;

type DeployedHere = KubernetesDeployed & { readonly deployment: LiveDeployment };

/**
 * Compares what runs with what this executable would run if it were deployed with the same flags, by what pods cannot make
 * themselves: their specs, the runner's script, the stored bytes, the image's digest, the Service's endpoints, and annotations.
 *
 * @throws {DeployError} `cluster-denied` where pods may not be listed; as `artifactFor` and the store.
 */
export async function verify(plan: ScaledPlan, deployed: DeployedHere, world: VerifyWorld): Promise<Verified> {
  const { cluster, executable, store, signal } = world;
  const { name } = plan;
  const versions = await versionsOf(executable.blob);
  const release = releaseOf(versions);
  const template = deployed.deployment.spec?.template;
  const archs = Object.keys(versionsIn(template?.metadata?.annotations));
  const targets = linuxTargets.filter((target) => archs.includes(archOf[target]));
  const artifacts: LinuxArtifact[] = [];
  const origin = { from: executable, versions, name: plan.app.name, signal };
  for (const target of targets) artifacts.push(await artifactFor(target, origin));

  const mounted = mountedPartsIn(template?.spec?.volumes).blobConfigMaps;
  const sources: [LinuxArtifact, Source][] = [];
  for (const artifact of artifacts) sources.push([artifact, await sourceOf(artifact, { mounted, template, store })]);
  const own = await runnerOf(plan, world);
  const runner = own.kind === 'thin' ? own : { ...own, edition: stockEditionIn(template?.spec, name, own) };
  const links = mountsQuery(template?.spec) ? { query: '' } : {};
  const intent = { ...intentFor(plan, { release, sources, links, runner }), namespace: cluster.namespace };

  const other = otherDeployed(release, deployed.deployment);
  const configMap = runner.kind === 'stock' ? stockRunnerName(name, runner) : undefined;
  const hasPolicy = intent.networkPolicy === true;
  const [first, nodes, stored] = await Promise.all([
    readEvidence(cluster, name, { deployed, configMap, hasPolicy, signal }),
    architecturesByNode(cluster, signal),
    other !== undefined
      ? artifacts.map((artifact) => ofOtherRelease('stored', storedName(artifact), other))
      : intent.mounted === undefined
        ? compareStored(artifacts, world)
        : compareParts(cluster, intent.mounted, { signal }).then((one) => [one]),
  ]);
  let [seen, compared] = [first, compareWith(intent, first)];
  if (resultOf(compared) === 'differs') {
    // The lists were read one after the other: a pod that came or went between them is in one alone.
    await setTimeout(settleMs, undefined, { signal });
    const again = await readDeployed(cluster, name, { signal });
    const { deployment = deployed.deployment } = again;
    seen = await readEvidence(cluster, name, { deployed: { ...again, deployment }, configMap, hasPolicy, signal });
    compared = compareWith(intent, seen);
  }
  const pods = await Promise.all(
    seen.pods
      .filter((pod) => !podHasEnded(pod) && !isEnding(pod))
      .map(async ({ metadata, spec }): Promise<ClaimingPod> => {
        const pod = metadata?.name ?? '';
        const asked = await claimOf(cluster, pod, { ...plan, signal });
        const arch = nodes?.get(spec?.nodeName ?? '');
        const target = targets.find((one) => archOf[one] === arch || one === asked.target) ?? null;
        const { claim, reason } = asked;
        return { pod, target, wanted: target && versions[target], claim, reason };
      }),
  );
  const comparisons = [...stored, ...compared, ...contradictions(pods)];
  const wanted = Object.fromEntries(targets.map((target) => [target, versions[target]]));
  const otherRelease = otherDeployed(release, seen.deployment);
  return { result: resultOf(comparisons), release, otherRelease, versions: wanted, comparisons, pods };
}

interface DeployedSource {
  readonly mounted: readonly string[];
  readonly template: NonNullable<LiveDeployment['spec']>['template'] | undefined;
  readonly store: UrlStore | undefined;
}

/** Where pods read: what they read there is compared by its bytes, so that its names may be taken from them. */
async function sourceOf(artifact: LinuxArtifact, { mounted, template, store }: DeployedSource): Promise<Source> {
  const access = '';
  const { digest, sizeBytes } = artifact.blob;
  if (mounted.length > 0) return { kind: 'mounted', configMaps: mounted, blob: { digest, sizeBytes }, access };
  if (store !== undefined) return { ...(await store.placeOf(artifact)), access };
  return { kind: 'url', url: envIn(template?.spec, urlVariable(archOf[artifact.target])) ?? '', access };
}

/** Reads and hashes what a store gives to pods. */
async function compareStored(
  artifacts: readonly LinuxArtifact[],
  world: Pick<VerifyWorld, 'store' | 'report' | 'signal'>,
): Promise<Comparison[]> {
  const compared: Comparison[] = [];
  for (const artifact of artifacts) {
    compared.push({ evidence: 'stored', object: storedName(artifact), ...(await storedResult(artifact, world)) });
  }
  return compared;
}

function storedName({ target, version }: LinuxArtifact): string {
  return `${target} ${short(version)}`;
}

async function storedResult(
  artifact: LinuxArtifact,
  { store, report, signal }: Pick<VerifyWorld, 'store' | 'report' | 'signal'>,
): Promise<Pick<Comparison, 'result' | 'reason'>> {
  const { version, target, sizeBytes: totalBytes } = artifact;
  if (store === undefined) return { result: 'not-proven', reason: 'no store is configured: pass --store' };
  const { address } = store;
  const found = await store.read(artifact, { signal });
  if (found === undefined) return { result: 'differs', reason: `${address} does not hold it: new pods cannot start` };
  const other = (what: string) =>
    ({ result: 'differs', reason: `${address} holds ${what} in its place: pods refuse it` }) as const;
  if (found.sizeBytes !== totalBytes) return other(`${found.sizeBytes} bytes, not ${totalBytes},`);
  const onBytes = (doneBytes: number) => report({ kind: 'progress', what: `Reading ${target}`, doneBytes, totalBytes });
  const digest = await digestOf(counted(found.open(), onBytes));
  return digest === version ? { result: 'same' } : other(digest);
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  onBytes: (doneBytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let doneBytes = 0;
  for await (const chunk of chunks) {
    yield chunk;
    doneBytes += chunk.length;
    onBytes(doneBytes);
  }
}
