import type { LinuxArtifact } from '../executable/rebuild.ts';
import type { Intent } from '../platforms/intent.ts';
import { archOf, type LinuxTarget } from '../shared/target.ts';
import type { Source } from '../store/store.ts';
import { linksFor } from './links.ts';
import type { Prepared } from './prepare.ts';
import { sendAllTo } from './send.ts';
import type { World } from './world.ts';

/** Artifacts that are in the store. */
export interface Stored {
  /** What crossed the wire. */
  readonly sentBytes: number;
  readonly sources: readonly (readonly [LinuxArtifact, Source])[];
  /** What replicas read them with. */
  readonly links: Pick<Intent, 'query' | 'queries'>;
}

/**
 * The second stage: sends what the store does not have, and makes the links that replicas read it with.
 *
 * @throws {DeployError} as the store's `put` and `source`.
 */
export async function storeArtifacts(
  { plan, artifacts }: Pick<Prepared, 'plan' | 'artifacts'>,
  { platform, store, report, signal, clock, onStage }: Omit<World, 'executable' | 'runtimes' | 'stockRunner'>,
): Promise<Stored> {
  const { versions, isThere } = plan.deployed;
  signal.throwIfAborted();
  onStage?.({ at: 'storing', isFirst: !isThere });
  const sentBytes = await sendAllTo(store, artifacts, {
    report,
    signal,
    basedOn: ({ target }) => versions[archOf[target as LinuxTarget]],
  });
  clock.lap('upload');

  const sources: [LinuxArtifact, Source][] = [];
  for (const artifact of artifacts) sources.push([artifact, await store.source(artifact, { signal })]);
  const [, first] = sources[0] ?? [];
  if (first?.warning !== undefined) report({ kind: 'warning', text: first.warning });
  const links = await linksFor(sources, { name: plan.name, deployed: plan.deployed, platform, store, signal });
  clock.lap('link');
  return { sentBytes, sources, links };
}
