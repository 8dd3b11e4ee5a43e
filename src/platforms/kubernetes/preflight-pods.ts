import type { V1Pod, V1ResourceQuota } from '@kubernetes/client-node';
import { refusalStatus } from './api/api-error.ts';
import type { Cluster } from './api/client.ts';
import { admissionRefusal } from './diagnose/admission-refusal.ts';
import { labelSelector } from './manifest/labels.ts';
import { pathOf } from './api/resource-paths.ts';
import { shortages } from './pods/quota.ts';
import type { DryRun } from './apply/dry-run.ts';
import { DeployError } from '../../shared/errors.ts';
import { settled, toFindings } from '../findings.ts';
import type { PreflightPlan } from '../platform.ts';

/** What the checks of pods need to know. */
export interface PodWorld {
  readonly cluster: Cluster;
  readonly rehearsal: DryRun;
  readonly quotas: readonly V1ResourceQuota[];
  /** The pod of the manifest, for where none could be tried. */
  readonly template: V1Pod;
  readonly signal: AbortSignal;
}

/** Why replicas would not be admitted: quota, limits, Pod Security, their account. Nothing if none are to be started. */
export async function podFindings(plan: PreflightPlan, world: PodWorld): Promise<DeployError[]> {
  const { podRefused, startsPods, pod, refused } = world.rehearsal;
  if (!startsPods) return [];
  const isTooFew = await quotaFindings(plan, { ...world, pod: pod ?? world.template });
  if (podRefused === undefined || podRefused.code === 'cluster-denied') return isTooFew;
  // The Deployment is refused for what is wrong with its pods; that one names the field as it stands there.
  const isInvalid = refusalStatus(podRefused) === 422 && refused.some((error) => refusalStatus(error) === 422);
  const isSaid = isTooFew.some(({ message }) => exceeded(podRefused.message) === /^The quota (\S+)/.exec(message)?.[1]);
  return [...(isInvalid || isSaid ? [] : [admissionFinding(podRefused, world.cluster)]), ...isTooFew];
}

function exceeded(message: string): string {
  return /exceeded quota: ([^,\s]+)/.exec(message)?.[1] ?? '';
}

/** Why not even one pod would be admitted, in Kubernetes' words, with what to do about it. */
function admissionFinding(error: DeployError, { namespace }: Cluster): DeployError {
  const said = error.message.replace(/^Refused by \S+: /, '').replace(/^pods "[^"]*" is forbidden: /, '');
  // Whatever is wrong with the whole namespace is said in the same words of every object.
  if (said === error.message || said.startsWith('namespaces "')) return error;
  return new DeployError('cluster-refused', `No pod would be admitted in namespace ${namespace}: ${said}`, {
    hint: hintFor(said) ?? error.hint,
    cause: error.cause,
  });
}

function hintFor(said: string): string | undefined {
  const refusal = admissionRefusal(said);
  const isFull = refusal?.cause === 'quota' && refusal.detail !== 'undeclared';
  return isFull ? 'Ask for less, make room there, or have the quota raised.' : refusal?.nextStep;
}

/** The quotas of the namespace; most have none. */
export async function quotasIn(cluster: Cluster, signal: AbortSignal): Promise<V1ResourceQuota[]> {
  const path = pathOf('ResourceQuota', { namespace: cluster.namespace });
  return (await cluster.request<{ items: V1ResourceQuota[] }>('GET', path, { signal })).items;
}

/** Quotas into which all replicas together do not fit: the rollout would stop half-way. */
async function quotaFindings(
  { name, replicas }: Pick<PreflightPlan, 'name' | 'replicas'>,
  { cluster, quotas, pod, signal }: Pick<PodWorld, 'cluster' | 'quotas' | 'signal'> & { pod: V1Pod },
): Promise<DeployError[]> {
  if (quotas.length === 0) return [];
  const path = pathOf('Pod', { namespace: cluster.namespace });
  const query = { labelSelector: labelSelector(name) };
  const listed = await toFindings(settled(cluster.request<{ items: V1Pod[] }>('GET', path, { query, signal })));
  const { items: ours } = listed.value ?? {};
  // Who may not see pods lacks a right if they have to be watched; that is found elsewhere.
  if (ours === undefined) return listed.findings.filter(({ code }) => code !== 'cluster-denied');
  const byQuota = Map.groupBy(shortages(quotas, { pod, replicas, ours }), ({ quota }) => quota);
  return [...byQuota].map(([quota, found]) => {
    const room = Math.min(...found.map((one) => one.room));
    const limits = found.map(({ resource, hard }) => `${resource} ${hard}`).join(', ');
    const message = `The quota ${quota} of namespace ${cluster.namespace} has room for ${room} of ${replicas} replicas (${limits})`;
    return new DeployError('cluster-refused', message, {
      hint: 'Ask for fewer --replicas or less for each, or have the quota raised.',
    });
  });
}
