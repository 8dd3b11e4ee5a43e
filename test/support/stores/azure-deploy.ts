import type { Artifact } from '../../../src/executable/format/artifact.ts';
import { openStore, type StoreSettings } from '../../../src/store/open.ts';

/** A deploy as its store sees it: opens the store again, as each run does, and puts the artifact into it. */
export async function deployTo(settings: StoreSettings, artifact: Artifact) {
  const store = openStore(settings);
  await store.check();
  await store.put(artifact);
  const source = await store.source(artifact);
  return { store, ...source, link: `${source.url}?${source.secret}` };
}
