import type { Platform } from '../../platforms/platform.ts';
import { DeployError } from '../../shared/errors.ts';
import { storeKindOf } from '../../store/kind.ts';
import type { StoreSettings } from '../../store/open.ts';
import type { Store, UrlStore } from '../../store/store.ts';
import type { Plan } from '../plan/plan.ts';

/** What stands for the cluster in `--store` and SELFSAME_STORE. */
const theCluster = 'cluster';

/** Who sets one of them means that store. */
const credentials = [
  'AZURE_STORAGE_CONNECTION_STRING',
  'AZURE_STORAGE_ACCOUNT',
  'AZURE_STORAGE_KEY',
  'AZURE_STORAGE_ACCOUNT_KEY',
  'AZURE_STORAGE_SAS_TOKEN',
];

/** The kinds of stores that there are. */
export const storeKinds = ['cluster', 'azure', 's3', 'file'] as const;

export type KindOfStore = (typeof storeKinds)[number];

/** Which store it is, known before there is a connection. */
export interface StoreChoice {
  readonly kind: KindOfStore;
  /** True if nobody asked for it. */
  readonly isDefault: boolean;
  /** Who chose it, for the plan line: `chosen by --store`. */
  readonly why: string;
  /** Where it is not the cluster. */
  readonly opened?: UrlStore;
  /** @param name of the deployment. */
  open(platform: Pick<Platform, 'store'>, name: string): Store;
}

/**
 * Chooses the store: what a flag or the environment names, else the cluster, which needs nothing but itself: only then are the
 * libraries of the others not loaded.
 *
 * @throws {DeployError} as `openStore`; `bad-usage` for a public address of the cluster.
 */
export async function chooseStore(settings: StoreSettings): Promise<StoreChoice> {
  const { store, storeUrl, environment } = settings;
  const who = chooserOf(settings);
  const text = store ?? environment['SELFSAME_STORE'];
  if (who !== undefined && text !== theCluster) {
    const { openStore } = await import('../../store/open.ts');
    const opened = openStore(settings);
    return { kind: storeKindOf(text), isDefault: false, why: `chosen by ${who}`, opened, open: () => opened };
  }
  if (storeUrl !== undefined) {
    throw new DeployError('bad-usage', 'Cannot read the cluster as a store from --store-url', {
      hint: 'Leave --store-url out, or pass --store azure://ACCOUNT/CONTAINER.',
    });
  }
  return {
    kind: 'cluster',
    isDefault: who === undefined,
    why: who === undefined ? 'the default, since no other store is configured' : `chosen by ${who}`,
    open(platform, name) {
      if (platform.store !== undefined) return platform.store(name);
      throw new TypeError('The platform keeps no artifacts by itself');
    },
  };
}

function chooserOf({ store, storeUrl, environment }: StoreSettings): string | undefined {
  if (store !== undefined) return '--store';
  const isSet = (name: string): boolean => (environment[name] ?? '').trim() !== '';
  return ['SELFSAME_STORE', ...credentials].find(isSet) ?? (storeUrl === undefined ? undefined : '--store-url');
}

/**
 * Refuses a store that pods could not read: an image with our own runner fetches from URLs alone.
 *
 * @throws {DeployError} `bad-store`
 */
export function refuseUnreadable({ kind, isDefault }: StoreChoice, { runner, runnerImage }: Plan): void {
  if (kind !== 'cluster' || runner === 'stock') return;
  const problem = `The runner image ${runnerImage} cannot read the cluster as a store`;
  throw new DeployError('bad-store', isDefault ? `${problem}, and no other store is configured` : problem, {
    hint: 'Leave --runner-image out, or pass --store azure://ACCOUNT/CONTAINER.',
  });
}
