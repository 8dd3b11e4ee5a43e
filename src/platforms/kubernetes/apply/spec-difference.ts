import { isDeepStrictEqual } from 'node:util';
import type { V1PodSpec, V1Volume, V1VolumeMount } from '@kubernetes/client-node';

/** One thing in which a pod is not what was asked for. */
export interface SpecDifference {
  /** For people, e.g. `containers.app.env.LD_PRELOAD`. */
  readonly path: string;
  /** The same, name by name; items of lists that Kubernetes keeps by a key go by that. */
  readonly keys: readonly string[];
  /** `added`: it is there, and was not asked for. */
  readonly kind: 'added' | 'missing' | 'changed';
  /** What is there, where that is short and cannot be secret: an image, an account. */
  readonly found?: string;
}

/**
 * What decides where a pod runs, not what it runs; clusters set it, too. Of `serviceAccount` there is a second name; how long a pod may take
 * to end is looked at once it does.
 */
const placement: ReadonlySet<string> = new Set([
  'affinity',
  'imagePullSecrets',
  'nodeName',
  'nodeSelector',
  'preemptionPolicy',
  'priority',
  'priorityClassName',
  'resizePolicy',
  'schedulerName',
  'schedulingGates',
  'serviceAccount',
  'terminationGracePeriodSeconds',
  'tolerations',
  'topologySpreadConstraints',
]);

/** What an API server writes where nothing is said. https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/ */
const defaults: ReadonlySet<string> = new Set([
  'apiVersion=v1',
  'dnsPolicy=ClusterFirst',
  'protocol=TCP',
  'restartPolicy=Always',
  'scheme=HTTP',
  'serviceAccountName=default',
  'successThreshold=1',
  'terminationMessagePath=/dev/termination-log',
  // Of a variable: the server leaves it out.
  'value=',
]);

/** Lists that Kubernetes keeps by a key of their items. */
const keys: ReadonlyMap<string, string> = new Map([
  ['containers', 'name'],
  ['initContainers', 'name'],
  ['ephemeralContainers', 'name'],
  ['env', 'name'],
  ['ports', 'name'],
  ['volumes', 'name'],
  ['volumeMounts', 'mountPath'],
]);

/** Values that are shown; all others may be secret, or long. */
const shown =
  /^(?:(?:c|initC|ephemeralC)ontainers\.[^.]+\.(?:image|securityContext\.privileged)|serviceAccountName|host(?:Network|PID|IPC)|shareProcessNamespace)$/;

/**
 * Compares what a pod runs, and with what, with what was asked for. What decides only where it runs and how much it gets does not count,
 * nor does what an API server adds to every pod.
 *
 * @param wanted as the manifest has it.
 * @param found as the API server keeps it.
 * @param options.isPod true for a pod itself: admission mounts the token of an account that was asked for.
 */
export function specDifferences(
  wanted: V1PodSpec,
  found: V1PodSpec | undefined,
  { isPod = false }: { readonly isPod?: boolean } = {},
): SpecDifference[] {
  const given = found ?? { containers: [] };
  const hasToken = isPod && wanted.automountServiceAccountToken !== false;
  return [...differences([], meant(wanted), meant(hasToken ? withoutToken(given) : given))];
}

/** Takes something out of a spec, by the keys of a difference. */
export function removeAt(value: unknown, [key = '', ...rest]: readonly string[], name = ''): void {
  if (Array.isArray(value)) {
    const index = value.findIndex((item) => isObject(item) && String(item[keys.get(name) ?? '']) === key);
    if (index < 0) return;
    if (rest.length === 0) value.splice(index, 1);
    else removeAt(value[index], rest);
  } else if (isObject(value) && Object.hasOwn(value, key)) {
    if (rest.length === 0) Reflect.deleteProperty(value, key);
    else removeAt(value[key], rest, key);
  }
}

const tokenFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Without just what admission mounts for an account: https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/ */
function withoutToken(found: V1PodSpec): unknown {
  const token = found.volumes?.find(isTokenVolume);
  if (token === undefined) return found;
  const isMount = ({ name, mountPath, readOnly, ...rest }: V1VolumeMount): boolean =>
    name === token.name && mountPath === tokenFolder && readOnly === true && isEmpty(meant(rest));
  const containers = found.containers.map((container) =>
    Object.assign({}, container, { volumeMounts: container.volumeMounts?.filter((mount) => !isMount(mount)) }),
  );
  const volumes = found.volumes?.filter((volume) => volume !== token);
  return Object.assign({}, found, { volumes, containers });
}

function isTokenVolume({ name, projected }: V1Volume): boolean {
  if (!/^kube-api-access-[a-z0-9]{5}$/.test(name) || projected?.sources?.length !== 3) return false;
  return [
    { serviceAccountToken: { path: 'token' } },
    { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
    { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
  ].every((wanted) =>
    projected.sources?.some((source) => {
      const { expirationSeconds: _seconds, ...token } = source.serviceAccountToken ?? {};
      const plain = source.serviceAccountToken === undefined ? source : { serviceAccountToken: token };
      return isDeepStrictEqual(meant(plain), meant(wanted));
    }),
  );
}

/** A value without defaults and placement, its lists by their keys. */
function meant(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) {
    const key = keys.get(name);
    if (key === undefined || !value.every(isObject)) return value.map((item) => meant(item));
    return Object.fromEntries(value.map((item) => [String(item[key]), meant(item)]));
  }
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(
    ([field, inner]) => inner !== undefined && !placement.has(field) && !isDefault(field, inner),
  );
  const inside = kept.map(([field, inner]) => [field, meantAs(field, inner)] as const);
  // Kubernetes drops what is empty, or writes it where nothing was: but for the kind of a volume, which has no other field.
  return Object.fromEntries(inside.filter(([field, inner]) => field === 'emptyDir' || !isEmpty(inner)));
}

function meantAs(field: string, value: unknown): unknown {
  // Some clusters have every image looked for anew, which is no less.
  if (field === 'imagePullPolicy' && value === 'Always') return 'IfNotPresent';
  return field === 'resources' ? meant(devicesIn(value)) : meant(value, field);
}

/** How much a container gets does not count. A device does: its plugin may mount and set what it likes. */
function devicesIn(resources: unknown): unknown {
  if (!isObject(resources)) return resources;
  const { limits, requests, ...rest } = resources;
  const named = (amounts: unknown): unknown =>
    isObject(amounts) ? Object.fromEntries(Object.entries(amounts).filter(([name]) => name.includes('/'))) : undefined;
  return { ...rest, limits: named(limits), requests: named(requests) };
}

function isDefault(field: string, value: unknown): boolean {
  return (typeof value === 'string' || typeof value === 'number') && defaults.has(`${field}=${value}`);
}

function* differences(path: readonly string[], wanted: unknown, found: unknown): Generator<SpecDifference> {
  if (isDeepStrictEqual(wanted, found)) return;
  if (isObject(wanted) && isObject(found)) {
    const own = (of: Readonly<Record<string, unknown>>, field: string): unknown =>
      Object.hasOwn(of, field) ? of[field] : undefined;
    for (const field of new Set([...Object.keys(wanted), ...Object.keys(found)])) {
      yield* differences([...path, field], own(wanted, field), own(found, field));
    }
    return;
  }
  const text = path.join('.');
  const kind = wanted === undefined ? 'added' : found === undefined ? 'missing' : 'changed';
  const isShown = shown.test(text) && (typeof found === 'string' || typeof found === 'boolean');
  yield { path: text, keys: path, kind, ...(isShown && { found: JSON.stringify(found) }) };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
