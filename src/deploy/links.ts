import type { Artifact } from '../executable/format/artifact.ts';
import type { Intent } from '../platforms/intent.ts';
import type { Platform } from '../platforms/platform.ts';
import { type Deployed, linkOf, type LinkPlace } from '../platforms/deployed.ts';
import type { Digest } from '../shared/digest.ts';
import type { Source, Store } from '../store/store.ts';

interface LinksWorld {
  /** Of the deployment. */
  readonly name: string;
  readonly deployed: Pick<Deployed, 'linkPlaces'>;
  readonly platform: Pick<Platform, 'links'>;
  readonly store: Store;
  readonly signal: AbortSignal;
}

/**
 * What the Secret has to hold so that pods can read their executables.
 *
 * During a rollout, and after a way back, pods of earlier releases read the same Secret. Where a link opens one version alone,
 * theirs are made anew; those to another store, from which they were deployed, are kept as they are. Such that open more than
 * they need to, as earlier versions of this program made, are gone then.
 */
export async function linksFor(
  sources: readonly (readonly [Pick<Artifact, 'version' | 'name'>, Source])[],
  { name, deployed, platform, store, signal }: LinksWorld,
): Promise<Pick<Intent, 'query' | 'queries'>> {
  const [[artifact, first] = []] = sources;
  if (artifact === undefined || first?.secret === undefined) return {};
  const own = new Set<Digest>(sources.map(([{ version }]) => version));
  const others = deployed.linkPlaces.filter(({ version }) => !own.has(version));
  const queries: Record<string, string> = {};
  const opensOne = store.secretOpens === 'one';
  if (opensOne) for (const [{ version }, { secret = '' }] of sources) queries[version] = secret;

  const elsewhere: LinkPlace[] = [];
  for (const place of others) {
    if (!(await isIn(store, place))) elsewhere.push(place);
    else if (opensOne) {
      queries[place.version] ??= (await store.source(artifactAt(place), { signal })).secret ?? '';
    }
  }
  const links = elsewhere.length === 0 ? undefined : await platform.links?.(name, { signal });
  for (const { version } of elsewhere) {
    const link = links && linkOf(version, links);
    if (link !== undefined) queries[version] ??= link;
  }
  if (opensOne) return { queries };
  return { query: first.secret, ...(Object.keys(queries).length > 0 && { queries }) };
}

/** Links as `linksFor` will make them, before there are any. */
export function plannedLinks(
  versions: readonly Digest[],
  { secretOpens }: Pick<Store, 'secretOpens'>,
  { linkPlaces }: Pick<Deployed, 'linkPlaces'>,
): Pick<Intent, 'query' | 'queries'> {
  const link = 'made-when-deployed';
  if (secretOpens !== 'one') return secretOpens === undefined ? {} : { query: link };
  const all = [...versions, ...linkPlaces.map(({ version }) => version)];
  return { queries: Object.fromEntries(all.map((version) => [version, link])) };
}

/** True if that is where a store has it. */
export async function isIn(store: Store, place: LinkPlace): Promise<boolean> {
  const known = await store.placeOf(artifactAt(place));
  return known.kind === 'url' && known.url === place.url;
}

/** The artifact at a place: its URL ends with the object's name. */
export function artifactAt({ version, url }: LinkPlace): Pick<Artifact, 'version' | 'name'> {
  return { version, name: decodeURIComponent(url.slice(url.lastIndexOf('/') + 1)) };
}
