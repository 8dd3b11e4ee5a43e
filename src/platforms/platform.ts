import type { DeployError } from '../shared/errors.ts';
import type { Digest } from '../shared/digest.ts';
import type { Report } from '../shared/report.ts';
import type { LinuxTarget } from '../shared/target.ts';
import type { Store } from '../store/store.ts';
import type { Intent, RunnerChoice } from './intent.ts';
import type { FailureCause, Progress, ReplicaStart, ReplicaTimes, RolloutOutcome } from './outcome.ts';
import type { Deployed, DeployedLinks } from './deployed.ts';

/**
 * A place that replicas run on. The stages of a deploy know nothing else of it, and `platformContract` runs against every one.
 * What it cannot do it leaves out.
 *
 * Of what its methods return, a platform is given back its own: `Deployed` and `Applied` may carry more than is named here.
 */
export interface Platform {
  /** Where it is, for people: the address of an API server, for instance. */
  readonly address: string;

  /** Begins the checks of all that a deploy needs there; changes nothing. */
  preflight(wanted: PreflightPlan, world: PreflightWorld): Promise<Preflight>;

  /** What it can keep artifacts in by itself. */
  store?(name: string): Store;

  /** The runner as replicas can be given it there: what holds it may have been made anew by others, with other content. */
  runnerFor?(
    name: string,
    runner: RunnerChoice,
    options: { readonly report: Report; readonly signal: AbortSignal },
  ): Promise<RunnerChoice>;

  /** The objects that make an intent true. Pure. */
  render(intent: Intent): readonly PlatformObject[];

  /**
   * Reads what is there under a name, once: all that has to be known of it is a pure function of the answer.
   *
   * @param options.since an earlier answer; what cannot have changed since is not read again.
   */
  read(name: string, options: ReadOptions): Promise<Deployed>;

  /** The links that replicas under a name read their executables with; undefined where they may not be read. */
  links?(name: string, options: { readonly signal: AbortSignal }): Promise<DeployedLinks | undefined>;

  /**
   * Makes an intent true. Applied again, it changes nothing.
   *
   * @throws {DeployError} if an object of that name belongs to someone else, before anything is changed; if one is refused.
   */
  apply(intent: Intent, deployed: Deployed, options: ApplyWorld): Promise<Applied>;

  /** Waits until what was applied is ready, or is known not to get ready. */
  watch(applied: Applied, options: WatchWorld): Promise<Rollout>;

  /** Goes back from what was applied to the last release that was ready before it. */
  rollBack?(applied: Applied, options: RollBackWorld): Promise<RolledBackTo>;

  /** Asks a replica how it started; undefined where it does not say. */
  startOf?(
    replica: string,
    options: { readonly port: number; readonly scheme?: 'https' | undefined; readonly signal: AbortSignal },
  ): Promise<ReplicaStart | undefined>;

  /** Ends everything that goes by a name. */
  remove(name: string, options: { readonly signal: AbortSignal }): Promise<void>;

  /** Ends the connection; what runs there goes on where that outlives this process. */
  close(): Promise<void>;
}

/** What preflight has to know of a plan. */
export interface PreflightPlan {
  readonly name: string;
  readonly replicas: number;
  /** Wanted by `--target`; absent means whatever the nodes are. */
  readonly target?: LinuxTarget | undefined;
  readonly runnerImage: string;
  readonly runner: 'thin' | 'stock';
  readonly imagePullSecret?: string | undefined;
  readonly serviceAccount?: string | undefined;
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly tolerations: readonly string[];
  /** Environment from Secrets that exist already. */
  readonly secretEnv?: Readonly<Record<string, { readonly secret: string; readonly key: string }>> | undefined;
  readonly waits: boolean;
  /** Whether the logs are followed afterwards. */
  readonly follows: boolean;
  /** Whether everything is deleted again in the end. */
  readonly removes: boolean;
}

export interface PreflightWorld {
  /** What is there; absent: it is read where that matters. */
  readonly deployed?: Deployed | undefined;
  readonly store: Store;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** Checks that are under way. */
export interface Preflight {
  /** What to build: for the nodes that replicas may go to, or `--target` alone. */
  readonly targets: readonly LinuxTarget[];
  /**
   * Tries an intent, and waits for all other checks.
   *
   * @throws {DeployError} with everything that stands in the way, and nothing was changed or sent.
   */
  verdict(intent: Intent): Promise<void>;
}

/** An object of a platform's own making. */
interface PlatformObject {
  readonly kind?: string;
}

export interface ReadOptions {
  readonly signal: AbortSignal;
  readonly since?: Deployed | undefined;
}

export interface ApplyWorld {
  readonly signal: AbortSignal;
  /** Called right before the first object is changed. */
  readonly onChange?: (() => void) | undefined;
  /** Called with what others did to what was applied before, and what was done about it: a sentence. */
  readonly onFound?: ((text: string) => void) | undefined;
  /** Called with each object that was applied. */
  readonly onApplied?: ((object: Pick<AppliedObject, 'kind' | 'name'>) => void) | undefined;
}

/** What became of one object. */
export interface AppliedObject {
  readonly kind: string;
  readonly name: string;
  readonly change: 'created' | 'changed' | 'unchanged';
}

/** A release that was applied. */
export interface Applied {
  readonly objects: readonly AppliedObject[];
  /** True if there is an earlier release to go back to. */
  readonly canRollBack: boolean;
}

export interface WatchWorld {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** True if what the runners of replicas do is to be reported, too: for a person who looks at it. */
  readonly showsStartup?: boolean | undefined;
  /** Called whenever something moved. */
  readonly onProgress?: ((progress: RolloutProgress) => void) | undefined;
}

export interface RolloutProgress extends Progress {
  /** What keeps it waiting, if something does. */
  readonly diagnosis?: FailureCause;
  /** Why the platform cannot be asked at the moment. */
  readonly trouble?: DeployError;
}

/** A rollout that came to its end, well or not. */
export interface Rollout {
  readonly outcome: RolloutOutcome;
  /** The replicas that it started. */
  readonly replicas: readonly ReplicaTimes[];
  /** What others changed in the meantime, where all the same it is ready: sentences. */
  readonly changes: readonly string[];
}

export interface RollBackWorld {
  readonly signal: AbortSignal;
  /** Called right before something is changed. */
  readonly onChange?: (() => void) | undefined;
}

/** What came of going back. */
export type RolledBackTo =
  /** There was no earlier release that was ready. */
  | { readonly kind: 'nothing-before' }
  /** Someone else changed or deleted it: theirs is left alone. */
  | { readonly kind: 'changed' | 'deleted' }
  | {
      readonly kind: 'rolled-back';
      readonly release: Digest;
      /** Its number until then. */
      readonly revision: number;
      /** To be watched. */
      readonly applied: Applied;
    };
