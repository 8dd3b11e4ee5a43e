import { isDeepStrictEqual } from 'node:util';
import type { V1PodTemplateSpec } from '@kubernetes/client-node';
import { refusalStatus } from '../api/api-error.ts';
import type { Cluster } from '../api/client.ts';
import { type History, historyOf, neverReady, type Revision } from './history.ts';
import { managedBy } from '../manifest/labels.ts';
import { finishInFlight } from '../api/finish-in-flight.ts';
import { neverReadyAnnotations, type DeployedBy, deployedByAnnotations } from '../manifest/deployed-by.ts';
import { adoptUpdates } from '../apply/managed-fields.ts';
import { pathOf } from '../api/resource-paths.ts';

export interface RollBackOptions {
  readonly name: string;
  readonly to: Revision;
  /** What the pods are made from now: if that is no longer so, someone else deployed, and nothing is changed. */
  readonly from: V1PodTemplateSpec;
  readonly origin: DeployedBy;
  readonly signal: AbortSignal;
  /** Told right before it is changed. */
  readonly onChange?: (() => void) | undefined;
}

/** How often others may change the Deployment while we do. Its controller writes its status in bursts. */
const tries = 20;

/**
 * Makes pods from the template of an earlier revision again, exactly: also what others had put in since goes. Their number is left
 * alone.
 *
 * @returns `changed`: it is no longer what it was to go back from; `deleted`: there is nothing any more.
 */
export async function rollBack(cluster: Cluster, options: RollBackOptions): Promise<'done' | 'changed' | 'deleted'> {
  const { name, to, from, signal, onChange } = options;
  const path = pathOf('Deployment', { namespace: cluster.namespace, name });
  for (let tried = 1; ; tried += 1) {
    const history = await historyOf(cluster, name, { signal });
    if (history === undefined) return 'deleted';
    const { deployment } = history;
    // A call whose answer was lost is made again.
    const isDone = tried > 1 && isSameTemplate(deployment.spec?.template, to.template);
    if (!isDone && !isSameTemplate(deployment.spec?.template, from)) return 'changed';
    try {
      // Not the one without the other: a later deploy would not know the fields as ours.
      await finishInFlight(signal, async (late) => {
        onChange?.();
        if (!isDone) await patch(cluster, path, changesFor(history, options), late);
        await adoptUpdates(cluster, path, { signal: late });
      });
      return 'done';
    } catch (error) {
      if (refusalStatus(error) !== 409 || tried >= tries) throw error;
    }
  }
}

/** True if there would be something to go back to, once pods are made from a template: another one that was ready. */
export function canRollBack(template: V1PodTemplateSpec | undefined, history: History | undefined): boolean {
  if (history === undefined) return false;
  const never = neverReady(history);
  return history.revisions.some((one) => !never.includes(one.revision) && !isSameTemplate(one.template, template));
}

/** True if pods of one are pods of the other. */
export function isSameTemplate(one: V1PodTemplateSpec | undefined, other: V1PodTemplateSpec | undefined): boolean {
  return isDeepStrictEqual(bare(one), bare(other));
}

async function patch(cluster: Cluster, path: string, body: unknown, signal: AbortSignal): Promise<void> {
  const query = { fieldManager: managedBy };
  await cluster.request('PATCH', path, { contentType: 'application/json-patch+json', query, body, signal });
}

function changesFor(history: History, { to, origin }: RollBackOptions): unknown[] {
  const { annotations = {}, labels = {}, resourceVersion } = history.deployment.metadata ?? {};
  const template = bare(to.template);
  const foreign = Object.entries(annotations).filter(([key]) => !key.startsWith(ownAnnotations));
  const own = Object.entries(template.metadata?.annotations ?? {}).filter(([key]) => key.startsWith(ownAnnotations));
  const version = template.metadata?.labels?.[versionLabel];
  return [
    // Refused as a conflict if anything was written since.
    { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion },
    {
      op: 'replace',
      path: '/metadata/annotations',
      value: {
        ...Object.fromEntries([...foreign, ...own]),
        ...deployedByAnnotations(origin),
        ...neverReadyAnnotations(neverReady(history)),
      },
    },
    {
      op: 'replace',
      path: '/metadata/labels',
      value: { ...labels, ...(version !== undefined && { [versionLabel]: version }) },
    },
    { op: 'replace', path: '/spec/template', value: template },
  ];
}

/** Without what a ReplicaSet's controller adds to tell its pods apart. */
function bare(template: V1PodTemplateSpec = {}): V1PodTemplateSpec {
  const { creationTimestamp: _timestamp, labels = {}, ...metadata } = template.metadata ?? {};
  const { 'pod-template-hash': _hash, ...own } = labels;
  return { metadata: { ...metadata, labels: own }, ...(template.spec && { spec: template.spec }) };
}

const ownAnnotations = 'selfsame.dev/';
const versionLabel = 'app.kubernetes.io/version';
