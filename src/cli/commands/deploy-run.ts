import type { StoreChoice } from '../../deploy/preflight/store-choice.ts';
import type { Cluster } from '../../platforms/kubernetes/api/client.ts';
import type { GivenFlags } from '../flags/command-line.ts';

/** A deploy that is under way: all that has to be known to end it well at any time. */
export interface DeployRun {
  readonly name: string;
  readonly given: GivenFlags;
  readonly choice: StoreChoice;
  /** Absent until there is a connection. */
  cluster?: Cluster;
  /** How far it has come. */
  stage: Stage;
  /** True if nothing was deployed under that name before. */
  isFirst: boolean;
  /** What was applied so far, for people. */
  readonly applied: string[];
  /** True if there is something to go back to. */
  leavesWayBack: boolean;
  /** The release that is wanted again. */
  undoneTo?: string;
  /** With `--rm`, by uid: what was there before, and is not this run's to delete. */
  foreign: ReadonlySet<string>;
}

/** Nothing changed; bytes are stored; some objects are applied; all; it failed; it goes back; the release before is wanted again. */
type Stage = 'before' | 'storing' | 'applying' | 'applied' | 'failed' | 'undoing' | 'undone';

export function beginRun({ name, given, choice }: Pick<DeployRun, 'name' | 'given' | 'choice'>): DeployRun {
  return {
    name,
    given,
    choice,
    stage: 'before',
    isFirst: false,
    applied: [],
    leavesWayBack: false,
    foreign: new Set(),
  };
}

/** True if something of it may lie on the cluster. */
export function hasChanged({ stage, choice }: DeployRun): boolean {
  return stage !== 'before' && (stage !== 'storing' || choice.kind === 'cluster');
}
