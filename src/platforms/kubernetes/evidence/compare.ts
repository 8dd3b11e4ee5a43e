import type { V1Deployment, V1ObjectMeta, V1Pod, V1PodSpec, V1ReplicaSet, V1Service } from '@kubernetes/client-node';
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Digest, short } from '../../../shared/digest.ts';
import type { Comparison } from '../../evidence.ts';
import type { KubernetesObject, ManifestIntent } from '../manifest/intent.ts';
import { digestNamed } from '../manifest/image-name.ts';
import { releaseAnnotation, versionAnnotation } from '../manifest/labels.ts';
import { manifestFor } from '../manifest/manifest.ts';
import { containerName } from '../manifest/pod-spec.ts';
import { stockRunnerIn } from '../manifest/stock-runner.ts';
import { applicationOf, isEnding, isOwnedBy, podHasEnded } from '../pods/pod-view.ts';
import { endpointComparisons, policyComparison } from './compare-network.ts';
import { type NamedRelease, otherDeployed, otherRelease } from './other-release.ts';
import type { Observations } from './read-evidence.ts';
import { differs, notProven, ofOtherRelease, sameAsWanted, unseen } from './results.ts';
import { type SpecDifference, specDifferences } from '../apply/spec-difference.ts';

/**
 * Compares what a cluster shows with what an intent would make there. Pure.
 *
 * @returns one comparison for each object and kind of evidence; what nobody may see is not proven.
 */
export function compareWith(intent: ManifestIntent, seen: Observations): Comparison[] {
  const objects = manifestFor(intent);
  const own = objectOf(objects, 'Deployment') as V1Deployment | undefined;
  const spec = own?.spec?.template.spec ?? { containers: [] };
  const notes = releaseNotes(own?.metadata);
  const { deployment, replicaSets } = seen;
  const wanted = { release: intent.release, spec, deployed: otherDeployed(intent.release, deployment) };
  const sets = (replicaSets ?? []).filter(
    (set) => isOwnedBy(set, deployment.metadata?.uid) && (set.spec?.replicas ?? 0) + (set.status?.replicas ?? 0) > 0,
  );
  const alive = seen.pods.filter((pod) => !podHasEnded(pod));
  // Earlier replicas that finish what they have. One that was given more time than that may stay as long as it likes.
  const isLeaving = (pod: V1Pod): boolean =>
    isEnding(pod) &&
    isMadeBy(pod, seen) &&
    (pod.metadata?.deletionGracePeriodSeconds ?? Infinity) <= (spec.terminationGracePeriodSeconds ?? 30);
  const pods = alive.filter((pod) => !isLeaving(pod));
  const made = pods.filter((pod) => isMadeBy(pod, seen));
  const templates = [deployment, ...sets].map(({ metadata, spec: { template } = {} }, at) => ({
    object: `${at === 0 ? 'Deployment' : 'ReplicaSet'} ${metadata?.name}`,
    metadata,
    named: { spec: template?.spec, metadata: [metadata, template?.metadata] },
  }));
  return [
    ...pods.flatMap((pod) => imageComparison(pod, intent.runnerImage)),
    ...runnerComparisons(intent, seen),
    ...templates.map(({ object, named }) => specComparison(object, wanted, named)),
    ...pods.map((pod) =>
      made.includes(pod)
        ? specComparison(nameOf(pod), wanted, { spec: pod.spec, metadata: [pod.metadata] }, { isPod: true })
        : differs('spec', nameOf(pod), `it was not made by the Deployment ${deployment.metadata?.name}`),
    ),
    ...(replicaSets === undefined ? [unseen('annotations', 'ReplicaSets', 'list replicasets')] : []),
    ...templates.map(({ object, named }) => noteComparison(object, notes, named.metadata)),
    ...made.map((pod) => noteComparison(nameOf(pod), notes, [pod.metadata])),
    ...(intent.port === undefined
      ? []
      : endpointComparisons(objectOf(objects, 'Service') as V1Service | undefined, seen, [
          ...made,
          ...alive.filter(isLeaving),
        ])),
    ...(intent.networkPolicy === true ? [policyComparison(objectOf(objects, 'NetworkPolicy'), seen)] : []),
    ...(pods.length === 0 ? [notProven('spec', `Deployment ${deployment.metadata?.name}`, 'it has no pods')] : []),
  ];
}

/** By the ReplicaSet that made it; where these may not be seen, by what the pod itself says of that. */
function isMadeBy(pod: V1Pod, { deployment, replicaSets }: Observations): boolean {
  if (replicaSets === undefined)
    return pod.metadata?.ownerReferences?.some(({ kind }) => kind === 'ReplicaSet') === true;
  const sets = replicaSets.filter((set) => isOwnedBy(set, deployment.metadata?.uid));
  return sets.some((set: V1ReplicaSet) => isOwnedBy(pod, set.metadata?.uid));
}

interface WantedSpec {
  readonly release: string;
  readonly spec: V1PodSpec;
  /** The release that is deployed, where it is another. */
  readonly deployed: Digest | undefined;
}

function specComparison(
  object: string,
  { release, spec, deployed }: WantedSpec,
  found: NamedRelease,
  options?: { readonly isPod: boolean },
): Comparison {
  const other = otherRelease(release, found);
  // Where the Deployment is of this release, what calls itself another one is judged like the rest.
  if (other !== undefined && deployed !== undefined) return ofOtherRelease('spec', object, other);
  const changed = specDifferences(spec, found.spec, options);
  return changed.length === 0
    ? sameAsWanted('spec', object)
    : differs('spec', object, changed.map(differenceText).join('; '));
}

const differenceWords = { added: 'was not asked for', missing: 'is missing', changed: 'is another' } as const;

function differenceText({ path, kind, found }: SpecDifference): string {
  return `${path}${found === undefined ? '' : ` ${found}`} ${differenceWords[kind]}`;
}

/**
 * The digest that the kubelet reports, against the one in the image's name. An image that was loaded into a node, not pulled, has none.
 */
function imageComparison(pod: V1Pod, image: string): Comparison {
  const object = nameOf(pod);
  const [wanted, found] = [digestNamed(image), digestNamed(applicationOf(pod)?.imageID ?? '')];
  if (wanted === undefined) {
    const seen =
      found === undefined
        ? ''
        : `, and its node runs ${found}; if the registry has the same, pass --runner-image ${image}@${found}`;
    return notProven('image', object, `${image} names no digest${seen}`);
  }
  if (found === undefined) return notProven('image', object, 'its node does not say which digest it runs');
  if (found === wanted) return sameAsWanted('image', object);
  // An image may have the digests of several registries, and the node names one of them.
  return pod.spec?.containers.find(({ name }) => name === containerName)?.image === image
    ? notProven('image', object, `it was asked for ${wanted}, and its node calls what it runs ${found}`)
    : differs('image', object, `its node runs ${found}, not ${wanted}`);
}

/** The script that a stock image is given. That of a thin one is a part of the image. */
function runnerComparisons({ runner, release }: ManifestIntent, { configMap, deployment }: Observations): Comparison[] {
  if (runner.kind === 'thin') return [];
  const other = otherDeployed(release, deployment);
  if (other !== undefined) return [ofOtherRelease('runner', 'ConfigMap', other)];
  if (configMap === undefined) return [unseen('runner', 'ConfigMap', 'get configmaps')];
  if (configMap === null) return [differs('runner', 'ConfigMap', 'it is gone: a pod that starts waits for it')];
  const object = `ConfigMap ${configMap.metadata?.name}`;
  const script = stockRunnerIn(configMap);
  if (script === runner.script) return [sameAsWanted('runner', object)];
  const digest = createHash('sha256')
    .update(script ?? '')
    .digest('hex');
  const reason = `it holds something else (SHA-256 ${short(digest)}, not ${short(runner.digest)})`;
  return [differs('runner', object, `${reason}: pods refuse it`)];
}

/** Takes the profile off a container, before Kubernetes 1.30. */
const profileAnnotation = 'container.apparmor.security.beta.kubernetes.io/';

/** The annotations that say which bytes something is to run, and how guarded. */
function releaseNotes({ annotations = {} }: V1ObjectMeta = {}): Record<string, string> {
  const ours = Object.entries(annotations).filter(
    ([key]) => key === releaseAnnotation || key.startsWith(versionAnnotation) || key.startsWith(profileAnnotation),
  );
  return Object.fromEntries(ours);
}

function noteComparison(
  object: string,
  wanted: Readonly<Record<string, string>>,
  places: readonly (V1ObjectMeta | undefined)[],
): Comparison {
  for (const found of places.map(releaseNotes)) {
    if (isDeepStrictEqual(found, wanted)) continue;
    const key = Object.keys({ ...wanted, ...found }).find((one) => wanted[one] !== found[one]) ?? '';
    return differs('annotations', object, noteText(key, wanted[key], found[key]));
  }
  return sameAsWanted('annotations', object);
}

function noteText(key: string, wanted: string | undefined, found: string | undefined): string {
  if (found === undefined) return `${key} is missing`;
  return `${key} is "${short(found)}", ${wanted === undefined ? 'and was not asked for' : `not ${short(wanted)}`}`;
}

function objectOf(
  objects: readonly KubernetesObject[],
  kind: 'Deployment' | 'Service' | 'NetworkPolicy',
): KubernetesObject | undefined {
  return objects.find((object) => object.kind === kind);
}

function nameOf({ metadata }: V1Pod): string {
  return `Pod ${metadata?.name}`;
}
