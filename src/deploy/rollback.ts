import type { Cluster } from '../platforms/kubernetes/api/client.ts';
import { type History, lastReady, type Revision } from '../platforms/kubernetes/rollout/history.ts';
import { askDeployedBy } from '../platforms/kubernetes/manifest/deployed-by.ts';
import { canRollBack, rollBack } from '../platforms/kubernetes/rollout/roll-back.ts';
import { kubernetesPlatform, appliedRelease } from '../platforms/kubernetes/platform.ts';
import type { RolloutOutcome } from '../platforms/outcome.ts';
import { type Digest, short } from '../shared/digest.ts';
import { DeployError } from '../shared/errors.ts';
import { autoRollback, type AutoRollback, type AutoRollbackWorld } from './auto-rollback.ts';
import { replicasReport } from './await-rollout.ts';

/** What came of going back. */
export interface RolledBack {
  readonly name: string;
  readonly namespace: string;
  readonly release: Digest;
  readonly revision: number;
  readonly replicas: number;
  /** Absent with `--no-wait`. */
  readonly outcome?: RolloutOutcome;
  readonly undone?: AutoRollback;
  /** True if there is another version to go back to. */
  readonly canRollBack: boolean;
}

export interface RollBackToWorld extends Omit<AutoRollbackWorld, 'platform'> {
  readonly cluster: Cluster;
  readonly waits: boolean;
}

/**
 * Goes back to an earlier revision and waits for it, as a deploy does; if that one fails, back to what was ready.
 *
 * @throws {DeployError} `superseded` if someone else changes it in the same moment.
 */
export async function rollBackTo(history: History, to: Revision, world: RollBackToWorld): Promise<RolledBack> {
  const { cluster, report, showsStartup, signal, timeoutMs, waits, onStage } = world;
  const { metadata, spec } = history.deployment;
  const name = metadata?.name ?? '';
  const release = to.release as Digest;
  const hasEarlier = canRollBack(to.template, history);
  if (!to.isCurrent) {
    const origin = await askDeployedBy(cluster, { signal });
    const from = spec?.template ?? {};
    const onChange = (): void => onStage?.({ at: 'rolling back', canRollBack: hasEarlier });
    const changed = await rollBack(cluster, { name, to, from, origin, signal, onChange });
    refuseChanged(cluster, { name, changed });
    onStage?.({ at: 'rolled back', release });
  }
  const text = to.isCurrent ? 'is what is wanted already' : 'is wanted again';
  report({ kind: 'step', text: `Release ${short(release)} (revision ${to.revision}) ${text}` });

  const { namespace } = cluster;
  const wentBack = {
    name,
    namespace,
    release,
    revision: to.revision,
    replicas: spec?.replicas ?? 1,
    canRollBack: hasEarlier,
  };
  if (!waits) return wentBack;
  const onProgress = replicasReport(report);
  const platform = kubernetesPlatform(cluster);
  const applied = { ...appliedRelease(name, release), canRollBack: hasEarlier };
  const { outcome } = await platform.watch(applied, { timeoutMs, signal, showsStartup, onProgress });
  const ended = { ...applied, template: to.template, before: lastReady(history) };
  const undone = await autoRollback(ended, { outcome, isWanted: true }, { ...world, platform });
  return { ...wentBack, outcome, ...(undone && { undone }) };
}

function refuseChanged(
  { namespace }: Cluster,
  { name, changed }: { name: string; changed: 'done' | 'changed' | 'deleted' },
): void {
  if (changed === 'done') return;
  throw new DeployError(
    'superseded',
    `Someone else ${changed} ${name} in namespace ${namespace} in the same moment; it was left alone`,
    { hint: 'Look what runs now, then run this again if it is still what you want.' },
  );
}

/**
 * Finds the revision to go back to.
 *
 * @param wanted a revision's number, the start of a release or version, or nothing: the one before what is wanted now, those that
 *   were never ready left out.
 * @throws {DeployError} `bad-usage` if there is none, or more than one release begins like that.
 */
export function revisionToRollBackTo(
  { deployment, revisions }: History,
  { number, release }: { readonly number?: number; readonly release?: string },
): Revision {
  const name = deployment.metadata?.name ?? '';
  const hint = 'Run self history to see what there is to go back to.';
  if (number !== undefined) {
    const found = revisions.find(({ revision }) => revision === number);
    if (found !== undefined) return found;
    throw new DeployError('bad-usage', `${name} has no revision ${number}`, { hint });
  }
  if (release === undefined) {
    const found = revisions.find(({ isCurrent, state }) => !isCurrent && state !== 'never ready');
    if (found !== undefined) return found;
    throw new DeployError('cluster-refused', `Nothing to go back to: ${name} has no earlier revision that was ready`, {
      hint,
    });
  }
  const matching = revisions.filter((revision) => digestsOf(revision).some((digest) => digest.startsWith(release)));
  const releases = [...new Set(matching.map((revision) => revision.release))];
  if (releases.length > 1) {
    throw new DeployError(
      'bad-usage',
      `More than one release begins with "${release}": ${releases.map((one) => short(one)).join(', ')}`,
      {
        hint: 'Give more of its digits.',
      },
    );
  }
  // The same release with other arguments is another revision; what runs already is hardly what is meant.
  const found = matching.find(({ isCurrent }) => !isCurrent) ?? matching[0];
  if (found !== undefined) return found;
  throw new DeployError('bad-usage', `No revision of ${name} is of a release "${release}"`, { hint });
}

function digestsOf({ release, versions }: Revision): string[] {
  return [release, ...Object.values(versions)];
}
