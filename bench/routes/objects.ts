// The objects of the routes that kubectl applies: those that selfsame makes, so that pods differ in what they run alone.
import { createHash } from 'node:crypto';
import type { V1Deployment } from '@kubernetes/client-node';
import { manifestFor } from '../../src/platforms/kubernetes/manifest/manifest.ts';
import type { KubernetesObject, ManifestIntent } from '../../src/platforms/kubernetes/manifest/intent.ts';
import { isDigest, type Digest } from '../../src/shared/digest.ts';

/** What differs from route to route. */
export interface RouteObjects {
  readonly name: string;
  readonly namespace: string;
  readonly image: string;
  /** What the runner fetches; absent where the image itself holds the application. */
  readonly fetched?: {
    readonly digest: Digest;
    readonly sizeBytes: number;
    readonly url: string;
    readonly query: string;
  };
  /** Changes the pods where nothing else does. */
  readonly change?: string;
}

export const replicas = 5;
/** Less than a user would ask for: the replicas of all routes stand on one node. */
export const cpuRequest = '10m';

export function objectsFor({ name, namespace, image, fetched, change = '' }: RouteObjects): KubernetesObject[] {
  const digest = fetched?.digest ?? digestOfText(`${image} ${change}`);
  const intent: ManifestIntent = {
    name,
    namespace,
    release: digest,
    versions: { amd64: { version: digest, sizeBytes: fetched?.sizeBytes ?? 0, url: fetched?.url ?? '' } },
    ...(fetched && { query: fetched.query }),
    replicas,
    args: ['--http', ':8080'],
    env: {},
    port: 8080,
    healthPaths: { ready: '/selfsame/ready', live: '/selfsame/live' },
    resources: { cpuRequest },
    runner: { kind: 'thin' },
    runnerImage: image,
  };
  const objects = manifestFor(intent);
  return fetched === undefined ? objects.map(withoutRunner) : objects;
}

/** Without what only the runner needs. */
function withoutRunner(object: KubernetesObject): KubernetesObject {
  const { spec } = (object as V1Deployment).spec?.template ?? {};
  const [container] = spec?.containers ?? [];
  if (spec === undefined || container === undefined) return object;
  const isKept = ({ name }: { name: string }): boolean => name === 'tmp';
  container.env = [];
  container.volumeMounts = (container.volumeMounts ?? []).filter(isKept);
  spec.volumes = (spec.volumes ?? []).filter(isKept);
  return object;
}

function digestOfText(text: string): Digest {
  const digest = createHash('sha256').update(text).digest('hex');
  if (!isDigest(digest)) throw new Error(`${digest} is no digest`);
  return digest;
}
