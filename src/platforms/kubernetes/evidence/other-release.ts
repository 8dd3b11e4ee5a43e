import type { V1ObjectMeta, V1PodSpec } from '@kubernetes/client-node';
import { type Digest, isDigest } from '../../../shared/digest.ts';
import type { LiveDeployment } from '../apply/apply.ts';
import { releaseAnnotation } from '../manifest/labels.ts';
import { envIn } from '../manifest/pod-spec.ts';

/** What runs, or would be run: a pod, or what has a template for pods. */
export interface NamedRelease {
  readonly spec: V1PodSpec | undefined;
  /** Of all that say which release it is. */
  readonly metadata: readonly (V1ObjectMeta | undefined)[];
}

/**
 * The release that something is throughout, where it is not the wanted one: another executable deployed it. Undefined where that
 * is not said with one voice: then somebody has changed what was deployed.
 */
export function otherRelease(wanted: string, { spec, metadata }: NamedRelease): Digest | undefined {
  const named = metadata.map((one) => one?.annotations?.[releaseAnnotation]);
  const [release = '', ...others] = new Set([envIn(spec, 'SELFSAME_RELEASE'), ...named]);
  return others.length === 0 && isDigest(release) && release !== wanted ? release : undefined;
}

/** The same of what a Deployment would run. */
export function otherDeployed(wanted: string, { metadata, spec }: LiveDeployment): Digest | undefined {
  return otherRelease(wanted, { spec: spec?.template.spec, metadata: [metadata, spec?.template.metadata] });
}
