import { DeployError } from '../../../shared/errors.ts';
import { etcdIsFull, refusalStatus } from '../api/api-error.ts';
import type { Cluster } from '../api/client.ts';
import { missingRights, type Rules } from '../api/rights.ts';
import { rightsTo } from '../manifest/needed-rights.ts';

/** What to do where ConfigMaps cannot be used. */
const elsewhere = 'pass --store azure://ACCOUNT/CONTAINER';

/**
 * Makes sure that ConfigMaps may be written in the namespace.
 *
 * @throws {DeployError} `cluster-denied`, naming what is missing and how it is granted.
 */
export async function checkRights(
  cluster: Cluster,
  { rules, signal }: { readonly rules: Rules; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const { namespace, context } = cluster;
  const found = await missingRights(cluster, { needed: rightsTo('store'), rules, signal });
  const missing = found.map(({ verb }) => verb);
  if (missing.length === 0) return;
  throw new DeployError(
    'cluster-denied',
    `Cannot store in ConfigMaps: the account of the context "${context}" may not ${missing.join(', ')} them in namespace ${namespace}`,
    { hint: `Ask for that (self rbac prints a Role with all that is needed), or ${elsewhere}.` },
  );
}

/** A part that the cluster did not take: why, and what to do instead. Other errors stay as they are. */
export function refusedPart(error: unknown, { namespace }: Cluster): unknown {
  if (!(error instanceof DeployError)) return error;
  const { message } = error;
  const [, quota] = /exceeded quota: (.*)/.exec(message) ?? [];
  if (quota !== undefined) {
    return refused(error, `The quota of namespace ${namespace} takes no more ConfigMaps: ${quota}`, 'Have it raised');
  }
  if (etcdIsFull(message)) {
    return refused(error, 'The etcd of the cluster is full', 'Have it compacted and defragmented');
  }
  if (refusalStatus(error) === 413 || /request is too large|must have at most \d+ bytes/i.test(message)) {
    return refused(error, 'The cluster takes no ConfigMap of 900 KiB', 'Have that limit raised');
  }
  return error;
}

function refused(cause: DeployError, message: string, instead: string): DeployError {
  return new DeployError('cluster-refused', message, { hint: `${instead}, or ${elsewhere}.`, cause });
}

/** An application that ConfigMaps are not for. */
export function tooLarge(limitMebibytes: number): DeployError {
  return new DeployError(
    'cluster-refused',
    `Cannot store the application in the cluster: it takes more than ${limitMebibytes} MiB, compressed`,
    { hint: `Pass another store, such as --store azure://ACCOUNT/CONTAINER.` },
  );
}
