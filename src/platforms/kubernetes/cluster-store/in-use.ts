import type { V1ObjectMeta, V1PodTemplateSpec } from '@kubernetes/client-node';
import type { Digest } from '../../../shared/digest.ts';
import { versionsIn } from '../manifest/labels.ts';

/** A Deployment or a ReplicaSet: whatever holds a pod template. A ReplicaSet without replicas can be rolled back to. */
export interface TemplateOwner {
  readonly metadata?: V1ObjectMeta;
  readonly spec?: { readonly template?: V1PodTemplateSpec };
}

/** What pods of some revisions need to start. */
export interface References {
  readonly secrets: ReadonlySet<string>;
  readonly configMaps: ReadonlySet<string>;
  readonly versions: ReadonlySet<string>;
}

/** What revisions refer to: the names of what they mount, and the versions that they run. */
export function referencesOf(revisions: readonly TemplateOwner[]): References {
  const templates = revisions.flatMap(({ spec }) => (spec?.template === undefined ? [] : [spec.template]));
  const volumes = templates.flatMap(({ spec }) => spec?.volumes ?? []);
  const projected = volumes.flatMap((volume) => volume.projected?.sources ?? []);
  const secrets = [...volumes.map(({ secret }) => secret?.secretName), ...projected.map(({ secret }) => secret?.name)];
  const configMaps = [...volumes, ...projected].map(({ configMap }) => configMap?.name);
  const versions = templates.flatMap(({ metadata }) => Object.values(versionsIn(metadata?.annotations)));
  return { secrets: given(secrets), configMaps: given(configMaps), versions: new Set(versions) };
}

/** What an application has on the cluster and in its store. */
export interface OwnObjects {
  readonly secrets: readonly string[];
  readonly configMaps: readonly string[];
  readonly versions: readonly Digest[];
}

/**
 * What of it no revision refers to. Pure; whoever deletes has to look again right before: a deploy under way stores first
 * and refers to it later.
 *
 * @param revisions every ReplicaSet of the application, and the Deployment, whose newest ReplicaSet may not be made yet.
 */
export function unusedOf(
  { secrets, configMaps, versions }: OwnObjects,
  revisions: readonly TemplateOwner[],
): OwnObjects {
  const used = referencesOf(revisions);
  return {
    secrets: secrets.filter((name) => !used.secrets.has(name)),
    configMaps: configMaps.filter((name) => !used.configMaps.has(name)),
    versions: versions.filter((version) => !used.versions.has(version)),
  };
}

function given(names: readonly (string | undefined)[]): Set<string> {
  return new Set(names.filter((name) => name !== undefined));
}
