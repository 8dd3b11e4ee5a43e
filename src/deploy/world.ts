import type { Executable } from '../executable/self.ts';
import type { RuntimeSettings } from '../executable/runtimes/sources.ts';
import type { RolloutOutcome } from '../platforms/outcome.ts';
import type { Platform } from '../platforms/platform.ts';
import type { Report } from '../shared/report.ts';
import type { Store } from '../store/store.ts';
import type { StageClock } from './timings.ts';

/** What lies outside a deploy. */
export interface World {
  readonly platform: Platform;
  readonly store: Store;
  /** The executable that deploys itself. */
  readonly executable: Executable;
  readonly runtimes: RuntimeSettings;
  /** The text of the bundle of runner/stock, which a stock image is given. */
  readonly stockRunner: string;
  readonly report: Report;
  /** True if what the runners of replicas do is to be reported, too: for a person who looks at it. */
  readonly showsStartup?: boolean | undefined;
  readonly signal: AbortSignal;
  readonly clock: StageClock;
  /** Called whenever a deploy has come further. */
  readonly onStage?: ((stage: DeployStage) => void) | undefined;
}

/** How far a deploy has come, with what has to be known to end it well there. */
export type DeployStage =
  /** Nothing was changed. */
  | { readonly at: 'checking' }
  /** The first byte is about to be stored. `isFirst`: nothing was deployed under that name. */
  | { readonly at: 'storing'; readonly isFirst: boolean }
  /** Objects are being applied; those that are, as `Kind name`. */
  | { readonly at: 'applying'; readonly isFirst: boolean; readonly applied: readonly string[] }
  /** All objects are applied. `canRollBack`: there is an earlier release to go back to. */
  | { readonly at: 'applied'; readonly canRollBack: boolean }
  /** The rollout failed, and nothing is done about it yet: the cause comes first. */
  | { readonly at: 'failed'; readonly canRollBack: boolean; readonly outcome: RolloutOutcome }
  /** The earlier release is about to be made the wanted one. */
  | { readonly at: 'rolling back'; readonly canRollBack: boolean }
  /** The earlier release is the wanted one again. */
  | { readonly at: 'rolled back'; readonly release: string };

/** True from the moment at which the first object may be there. */
export function mayHaveApplied({ at }: DeployStage): boolean {
  return at !== 'checking' && at !== 'storing';
}
