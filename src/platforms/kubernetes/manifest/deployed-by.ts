import { refusalStatus } from '../api/api-error.ts';
import type { Cluster } from '../api/client.ts';

/** Who deployed, and when, as the cluster knows it. */
export interface DeployedBy {
  readonly by?: string;
  /** RFC 3339, by the cluster's clock. */
  readonly at?: string;
}

const byAnnotation = 'selfsame.dev/deployed-by';
const atAnnotation = 'selfsame.dev/deployed-at';
const neverReadyAnnotation = 'selfsame.dev/never-ready';

/**
 * Asks the cluster who we are to it. One call answers when as well: the clock of this machine may be wrong by a day.
 *
 * @returns nothing where an old cluster or its policy does not tell: history has a gap then, the deploy goes on.
 */
export async function askDeployedBy(cluster: Cluster, { signal }: { signal: AbortSignal }): Promise<DeployedBy> {
  const kind = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  try {
    const { metadata, status } = await cluster.request<{
      metadata?: { creationTimestamp?: string };
      status?: { userInfo?: { username?: string } };
    }>('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { body: kind, signal });
    const by = status?.userInfo?.username;
    const at = metadata?.creationTimestamp;
    return { ...(by && { by }), ...(at && { at }) };
  } catch (error) {
    if ([403, 404].includes(refusalStatus(error) ?? 0)) return {};
    throw error;
  }
}

/** As annotations of the Deployment alone: in the pod template they would restart every pod. */
export function deployedByAnnotations({ by, at }: DeployedBy): Record<string, string> {
  return { ...(by !== undefined && { [byAnnotation]: by }), ...(at !== undefined && { [atAnnotation]: at }) };
}

export function deployedByIn(annotations: Readonly<Record<string, string>> = {}): DeployedBy {
  const by = annotations[byAnnotation];
  const at = annotations[atAnnotation];
  // Anybody may write an annotation.
  return { ...(by && { by: by.replaceAll(/\p{Cc}/gu, '') }), ...(at && !Number.isNaN(Date.parse(at)) && { at }) };
}

/** The revisions that others followed before they were ready. */
export function neverReadyIn(annotations: Readonly<Record<string, string>> = {}): number[] {
  return (annotations[neverReadyAnnotation] ?? '')
    .split(',')
    .map(Number)
    .filter((revision) => revision > 0);
}

/** Remembers revisions that were never ready. Numbers are never used twice, so one that is deployed again is no longer meant. */
export function neverReadyAnnotations(revisions: Iterable<number>): Record<string, string> {
  const numbers = [...new Set(revisions)].sort((one, other) => one - other);
  return numbers.length === 0 ? {} : { [neverReadyAnnotation]: numbers.join(',') };
}

/** What a Deployment tells of how it came about: annotations that stay as they are where nothing else changes. */
export function recordIn(annotations: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => recordAnnotations.has(key)));
}

const recordAnnotations: ReadonlySet<string> = new Set([byAnnotation, atAnnotation, neverReadyAnnotation]);
