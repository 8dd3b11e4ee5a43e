/** Nested, as `fieldsV1` of managedFields: https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
export interface FieldTree {
  readonly [segment: string]: FieldTree;
}

type Bag = Record<string, unknown>;

/** What tells the items of a list apart, by the list's name. A list that is not named here is one value. */
const itemKeys: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  volumeMounts: ['mountPath'],
  imagePullSecrets: ['name'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
  conditions: ['type'],
  ownerReferences: ['uid'],
  ports: ['port', 'containerPort', 'protocol'],
};

const separator = '\u001F';

/** The paths of all values of an object, each as one string: `f:spec`, `f:replicas`. */
export function leavesOf(value: unknown, at: readonly string[] = []): string[] {
  if (Array.isArray(value)) {
    const keys = itemKeys[at.at(-1)?.slice(2) ?? ''];
    if (keys === undefined || value.length === 0 || !value.every(isBag)) return [at.join(separator)];
    return value.flatMap((item: Bag) => leavesOf(item, [...at, `k:${JSON.stringify(keyOf(item, keys))}`]));
  }
  if (!isBag(value) || Object.keys(value).length === 0) return at.length === 0 ? [] : [at.join(separator)];
  return Object.entries(value).flatMap(([name, inner]) =>
    inner === undefined ? [] : leavesOf(inner, [...at, `f:${name}`]),
  );
}

export function fieldTree(leaves: Iterable<string>): FieldTree {
  const tree: Record<string, FieldTree> = {};
  for (const leaf of leaves) {
    let at = tree;
    for (const segment of leaf.split(separator)) at = at[segment] ??= {};
  }
  return tree;
}

export function treeLeaves(tree: FieldTree, at: readonly string[] = []): string[] {
  const inner = Object.entries(tree).filter(([segment]) => segment !== '.');
  if (inner.length === 0) return at.length === 0 ? [] : [at.join(separator)];
  return inner.flatMap(([segment, fields]) => treeLeaves(fields, [...at, segment]));
}

/** For people, as the API server names a field: `.spec.replicas` */
export function leafText(leaf: string): string {
  return leaf
    .split(separator)
    .map((segment) =>
      segment.startsWith('f:') ? `.${segment.slice(2)}` : `[${segment.slice(3, -1).replace(':', '=')}]`,
    )
    .join('');
}

export function valueAt(object: unknown, leaf: string): unknown {
  return leaf.split(separator).reduce<unknown>((at, segment) => step(at, segment), object);
}

export function setAt(object: Bag, leaf: string, value: unknown): void {
  const segments = leaf.split(separator);
  const last = segments.pop() ?? '';
  let at: unknown = object;
  for (const [index, segment] of segments.entries()) {
    const isList = (segments[index + 1] ?? last).startsWith('k:');
    const next = step(at, segment);
    const made = isBag(next) || (isList && Array.isArray(next)) ? next : isList ? [] : {};
    if (made !== next && Array.isArray(at)) at.push(Object.assign(made, JSON.parse(segment.slice(2))));
    else if (made !== next) (at as Bag)[segment.slice(2)] = made;
    at = made;
  }
  if (last.startsWith('f:')) (at as Bag)[last.slice(2)] = structuredClone(value);
}

/** Takes a value away, with what is empty then: of an item also what tells it apart, unless a leaf of it is kept. */
export function unsetAt(object: Bag, leaf: string, kept: ReadonlySet<string>): void {
  const segments = leaf.split(separator);
  const last = segments.pop() ?? '';
  const place = segments.join(separator);
  const parent = segments.length === 0 ? object : valueAt(object, place);
  if (Array.isArray(parent)) parent.splice(parent.indexOf(step(parent, last)), 1);
  else if (isBag(parent)) delete parent[last.slice(2)];
  else return;
  const segment = segments.at(-1) ?? '';
  const keys = segment.startsWith('k:') ? Object.keys(JSON.parse(segment.slice(2)) as Bag) : [];
  const isEmpty = Object.keys(parent).every((key) => keys.includes(key));
  const isKept = [...kept].some((one) => one.startsWith(`${place}${separator}`));
  if (segments.length > 0 && isEmpty && !isKept) unsetAt(object, place, kept);
}

function step(at: unknown, segment: string): unknown {
  if (segment.startsWith('f:')) return isBag(at) ? at[segment.slice(2)] : undefined;
  if (!Array.isArray(at)) return undefined;
  const wanted = segment.slice(2);
  const names = Object.keys(JSON.parse(wanted) as Bag);
  return at.find((item) => isBag(item) && JSON.stringify(keyOf(item, names)) === wanted);
}

function keyOf(item: Bag, names: readonly string[]): Bag {
  const all = names.map((name) => [name, item[name] ?? (name === 'protocol' ? 'TCP' : undefined)] as const);
  return Object.fromEntries(all.filter(([, value]) => value !== undefined));
}

function isBag(value: unknown): value is Bag {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
