import { isDeepStrictEqual } from 'node:util';
import type { V1Deployment, V1ObjectMeta } from '@kubernetes/client-node';
import { DeployError } from '../../../shared/errors.ts';
import type { AppliedObject } from '../../platform.ts';
import { refusalStatus } from '../api/api-error.ts';
import type { Cluster } from '../api/client.ts';
import type { KubernetesObject } from '../manifest/intent.ts';
import { managedBy } from '../manifest/labels.ts';
import { type Kind, objectKind, pathOf } from '../api/resource-paths.ts';

/** What became of one object on the API server. */
export interface ServerApplied extends AppliedObject {
  readonly kind: Kind;
  readonly resourceVersion: string;
}

/** An object as the API server keeps it. */
export interface Live {
  readonly metadata: V1ObjectMeta;
  /** Of a Secret or a ConfigMap. */
  readonly data?: unknown;
  readonly status?: unknown;
}

/** A Deployment as the API server keeps it. */
export type LiveDeployment = V1Deployment & Live;

/** One object before and after; in a dry run, as it would be. */
interface Change {
  readonly kind: Kind;
  readonly before: Live | undefined;
  readonly after: Live;
}

export interface ApplyOptions {
  readonly signal?: AbortSignal | undefined;
  /** Lets the API server check everything and keep nothing. */
  readonly dryRun?: boolean;
  /** The Deployment, where it was read a moment ago: then it is not read again. */
  readonly read?: { readonly deployment: Live | undefined } | undefined;
  /** Called right before the first object is changed. */
  readonly onChange?: (() => void) | undefined;
  /** Awaited right before an object is applied, when those before it are. */
  readonly beforeEach?: (object: KubernetesObject) => Promise<void>;
  /** Called with each object that was applied. */
  readonly onApplied?: (change: Change) => void;
  /** Called with what the API server warns of. */
  readonly onWarning?: (text: string) => void;
}

/**
 * Makes the cluster's objects what the manifest says, by server-side apply: again and again gives the same, and the fields of
 * others (an autoscaler's, a service mesh's) stay theirs. Objects of the same name that are not ours are found before
 * anything is changed.
 *
 * @param objects in the order in which they have to exist.
 * @throws {DeployError} `cluster-refused` if one belongs to someone else, or is not accepted; `cluster-denied`, `cluster-unreachable`.
 */
export async function apply(
  cluster: Cluster,
  objects: readonly KubernetesObject[],
  options: ApplyOptions = {},
): Promise<ServerApplied[]> {
  const { signal, dryRun = false, onApplied } = options;
  const before = await Promise.all(objects.map(async (object) => ownLive(cluster, object, options)));

  signal?.throwIfAborted();
  options.onChange?.();
  const applied: ServerApplied[] = [];
  for (const [index, object] of objects.entries()) {
    await options.beforeEach?.(object);
    const after = await applyOne(cluster, object, { ...options, dryRun, before: before[index] });
    onApplied?.({ kind: objectKind(object), before: before[index], after });
    applied.push({
      kind: objectKind(object),
      name: object.metadata?.name ?? '',
      change: changeBetween(before[index], after, { dryRun }),
      resourceVersion: after.metadata.resourceVersion ?? '',
    });
  }
  return applied;
}

/**
 * Looks whether an object is there already.
 *
 * @throws {DeployError} `cluster-refused` if it is, and belongs to someone else.
 */
export async function ownLive(
  cluster: Cluster,
  object: KubernetesObject,
  { signal, read }: Pick<ApplyOptions, 'signal' | 'read'>,
): Promise<Live | undefined> {
  const isRead = read !== undefined && object.kind === 'Deployment';
  const live = isRead ? read.deployment : await cluster.find<Live>(placeOf(object), { signal });
  refuseForeign(live, object);
  return live;
}

/**
 * Makes one object what the manifest says. One that cannot change, and is as it should be, is not sent again.
 *
 * @param options.before what is there.
 */
export async function applyOne(
  cluster: Cluster,
  object: KubernetesObject,
  { before, ...options }: ApplyOptions & { readonly before: Live | undefined },
): Promise<Live> {
  const isFixed = before !== undefined && 'immutable' in object && object.immutable;
  if (isFixed && isDeepStrictEqual(before.data, object.data)) return before;
  return patch(cluster, object, options);
}

/** Makes one object what the manifest says, whatever it is now. */
export async function patch(
  cluster: Cluster,
  object: KubernetesObject,
  { dryRun = false, signal, onWarning }: ApplyOptions,
): Promise<Live> {
  try {
    return await cluster.request<Live>('PATCH', placeOf(object), {
      // JSON is YAML.
      contentType: 'application/apply-patch+yaml',
      // Force: what the user says now counts more than what someone changed by hand.
      query: { fieldManager: managedBy, force: true, dryRun: dryRun ? 'All' : undefined },
      body: object,
      onWarning,
      signal,
    });
  } catch (error) {
    if (
      object.kind !== 'Secret' ||
      !('data' in object) ||
      refusalStatus(error) === undefined ||
      !(error instanceof DeployError)
    )
      throw error;
    throw withoutSecrets(error, Object.values(object.data ?? {}));
  }
}

/** Validation may quote what it does not like; nothing of a Secret is for the terminal. */
function withoutSecrets(error: DeployError, values: readonly string[]): DeployError {
  const secrets = values.flatMap((value) => [value, Buffer.from(value, 'base64').toString()]).filter(Boolean);
  const message = secrets.reduce((rest, secret) => rest.replaceAll(secret, '***'), error.message);
  return message === error.message ? error : new DeployError(error.code, message, { hint: error.hint });
}

function refuseForeign(live: Live | undefined, object: KubernetesObject): void {
  if (live === undefined || live.metadata.labels?.['app.kubernetes.io/managed-by'] === managedBy) return;
  throw new DeployError(
    'cluster-refused',
    `Not ours: the ${object.kind} "${live.metadata.name}" in the namespace "${live.metadata.namespace}" was made by something else`,
    {
      hint: 'Choose another name or --namespace, or delete it first.',
    },
  );
}

function changeBetween(
  before: Live | undefined,
  after: Live,
  { dryRun }: { dryRun: boolean },
): AppliedObject['change'] {
  if (before === undefined) return 'created';
  // What is not kept keeps its version.
  if (!dryRun && before.metadata.resourceVersion === after.metadata.resourceVersion) return 'unchanged';
  // A controller may have written its status in between; that is no change of ours.
  return isDeepStrictEqual(wanted(before), wanted(after)) ? 'unchanged' : 'changed';
}

function wanted({ status: _status, metadata, ...rest }: Live): unknown {
  const { resourceVersion: _version, managedFields: _fields, generation: _generation, ...kept } = metadata;
  return { ...rest, metadata: kept };
}

function placeOf(object: KubernetesObject): string {
  const { name = '', namespace = '' } = object.metadata ?? {};
  return pathOf(objectKind(object), { namespace, name });
}
