import type { Platform } from '../../platforms/platform.ts';
import type { DeployError } from '../../shared/errors.ts';
import type { StoreSettings } from '../../store/open.ts';
import { settled, toFindings } from '../../platforms/findings.ts';
import { chooseStore, storeKinds, type KindOfStore } from './store-choice.ts';

/** How one kind of store stands here. */
export interface StoreState {
  readonly kind: KindOfStore;
  /** Whether a deploy would take it. */
  readonly isChosen: boolean;
  /** It was asked and may be written, or something is wrong, or nobody named it. */
  readonly state: 'works' | 'refused' | 'not configured';
  /** What is wrong, or what it would need; nothing where it works. */
  readonly needs: string;
}

export interface Diagnosed {
  /** Who chose the store: `chosen by --store`. */
  readonly why: string;
  readonly stores: readonly StoreState[];
}

/** What a kind needs that nobody has named. */
const needs: Readonly<Record<KindOfStore, string>> = {
  cluster: 'Pass --store cluster, or name no other store.',
  azure:
    'Pass --store azure://ACCOUNT/CONTAINER and set AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN, or sign in with the Azure CLI; or set AZURE_STORAGE_CONNECTION_STRING alone.',
  s3: 'Pass --store s3://BUCKET, with ?endpoint=URL where it is not AWS, and set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
  file: 'Pass --store file:///FOLDER, and --store-url with the address where pods find that folder served.',
};

/**
 * Asks the cluster, and the store that a deploy would take, whether they could hold an executable; changes nothing. The other
 * kinds are told with what they would need.
 *
 * @param reached the platform, or why it cannot be reached.
 */
export async function examineStores(
  reached: { readonly value?: Platform | undefined; readonly findings: readonly DeployError[] },
  { name, settings, signal }: { name: string; settings: StoreSettings; signal: AbortSignal },
): Promise<Diagnosed> {
  const { findings, value: choice } = await toFindings(settled(chooseStore(settings)));
  const inCluster = reached.value?.store?.(name);
  const examined = async (kind: KindOfStore): Promise<StoreState> => {
    const isChosen = kind === choice?.kind;
    const chosen = isChosen ? choice?.opened : undefined;
    const store = kind === 'cluster' ? inCluster : chosen;
    const unreachable = kind === 'cluster' ? reached.findings : [];
    const [error] = store === undefined ? unreachable : (await toFindings(settled(store.check({ signal })))).findings;
    if (error !== undefined) return { kind, isChosen, state: 'refused', needs: `${error.message}. ${error.hint}` };
    if (store === undefined) return { kind, isChosen, state: 'not configured', needs: needs[kind] };
    return { kind, isChosen, state: 'works', needs: '' };
  };
  const stores = await Promise.all(storeKinds.map(examined));
  const [error] = findings;
  return { why: error === undefined ? (choice?.why ?? '') : `${error.message}. ${error.hint}`, stores };
}
