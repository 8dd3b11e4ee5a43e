import { patch } from '../platforms/kubernetes/apply/apply.ts';
import type { Cluster } from '../platforms/kubernetes/api/client.ts';
import { sourceSecretFor } from '../platforms/kubernetes/manifest/manifest.ts';
import { deployedLinks } from '../platforms/kubernetes/pods/deployed-links.ts';
import { kubernetesPlatform } from '../platforms/kubernetes/platform.ts';
import type { Digest } from '../shared/digest.ts';
import { DeployError } from '../shared/errors.ts';
import type { Store } from '../store/store.ts';
import { artifactAt, isIn, linksFor } from './links.ts';

interface RevokeWorld {
  readonly cluster: Cluster;
  readonly store: Store;
  readonly signal: AbortSignal;
  /** Called once no link is good any more. What fails from then on leaves pods without one. */
  readonly onEnded?: () => void;
}

/**
 * Ends all links that a store has handed out, and gives what is deployed under a name new ones: for the release that runs and
 * for those that it may go back to. Once the links have ended the signal ends nothing.
 *
 * @returns the versions that have a new link; undefined where the store hands out none.
 * @throws {DeployError} `not-revocable` if the store cannot; `cluster-denied` if the Secret may not be read, before anything is
 *   changed.
 */
export async function revokeLinks(
  name: string,
  { cluster, store, signal, onEnded }: RevokeWorld,
): Promise<readonly Digest[] | undefined> {
  if (store.revoke === undefined) return undefined;
  const platform = kubernetesPlatform(cluster);
  const [deployed, links] = [await platform.read(name, { signal }), await deployedLinks(cluster, name, { signal })];
  if (deployed.isThere && links === undefined) {
    throw new DeployError('cluster-denied', `Not allowed to read the Secret with the links of ${name}`, {
      hint: 'Ask for the right to get and patch Secrets: without, its pods would be left without a link.',
    });
  }
  await store.revoke({ signal });
  onEnded?.();
  const late = new AbortController().signal;
  const own = new Map<Digest, Awaited<ReturnType<typeof newSource>>>();
  for (const place of deployed.linkPlaces) {
    if (await isIn(store, place)) own.set(place.version, await newSource(place));
  }
  if (own.size > 0) {
    const fresh = await linksFor([...own.values()], { name, deployed, platform, store, signal: late });
    await patch(cluster, sourceSecretFor({ ...fresh, name, namespace: cluster.namespace }), { signal: late });
  }
  return [...own.keys()];

  async function newSource(place: (typeof deployed.linkPlaces)[number]) {
    const artifact = artifactAt(place);
    return [artifact, await store.source(artifact, { signal: late })] as const;
  }
}
