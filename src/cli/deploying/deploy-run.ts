import { mayHaveApplied, type DeployStage } from '../../deploy/world.ts';
import type { OpenDeploy, ClusterDestination } from '../context/open-deploy.ts';
import type { GivenFlags } from '../flags/command-line.ts';

/** A deploy that is under way: all that has to be known to end it well at any time. */
export interface DeployRun {
  readonly flags: GivenFlags;
  /** Absent until there is a connection. */
  opened?: OpenDeploy<ClusterDestination>;
  stage: DeployStage;
  /** With `--rm`, by uid: what was there before, and is not this run's to delete. */
  foreign: ReadonlySet<string>;
}

export function beginRun(flags: GivenFlags): DeployRun {
  return { flags, stage: { at: 'checking' }, foreign: new Set() };
}

/** True if something of it may lie on the cluster. */
export function hasChanged({ stage, opened }: DeployRun): boolean {
  return mayHaveApplied(stage) || (stage.at === 'storing' && opened?.destination.choice.kind === 'cluster');
}
