import { artifactFor, type LinuxArtifact } from '../executable/rebuild.ts';
import { releaseOf, versionsOf } from '../executable/version.ts';
import type { Intent, RunnerChoice } from '../platforms/intent.ts';
import { type Digest, short } from '../shared/digest.ts';
import type { Source } from '../store/store.ts';
import { intentFor, runnerOf } from './intent.ts';
import { plannedLinks } from './links.ts';
import type { ScaledPlan } from './plan/replicas.ts';
import type { World } from './world.ts';

/** What would be applied, after every check that changes nothing. */
export interface Prepared {
  readonly plan: ScaledPlan;
  readonly release: Digest;
  readonly artifacts: readonly LinuxArtifact[];
  readonly runner: RunnerChoice;
  /** Checked by the platform. The link that replicas read with is not made yet: a placeholder stands for it. */
  readonly intent: Intent;
}

/**
 * The first stage, which goes as far as nothing is changed: nodes, store, versions, and a trial of every object.
 *
 * @throws {DeployError} whatever would make the deploy fail, as far as it can be known.
 */
export async function prepare(plan: ScaledPlan, world: Omit<World, 'onStage'>): Promise<Prepared> {
  const { platform, store, executable, runtimes, report, signal, clock } = world;
  clock.lap('start');
  const checks = await platform.preflight(plan, { deployed: plan.deployed, store, report, signal });
  clock.lap('preflight');

  const [versions, runner] = await Promise.all([
    versionsOf(executable.blob),
    runnerOf(plan, world).then(async (own) => (await platform.runnerFor?.(plan.name, own, { report, signal })) ?? own),
  ]);
  const release = releaseOf(versions);
  const artifacts: LinuxArtifact[] = [];
  for (const target of checks.targets) {
    artifacts.push(
      await artifactFor(target, { from: executable, versions, name: plan.app.name, runtimes, report, signal }),
    );
  }
  const names = artifacts.map(({ target, version }) => `${target} ${short(version)}`);
  report({ kind: 'step', text: `Release ${short(release)}: ${names.join(', ')}` });
  clock.lap('hash');

  const sources: [LinuxArtifact, Source][] = [];
  for (const artifact of artifacts) {
    sources.push([artifact, { ...(await store.placeOf(artifact)), access: store.access }]);
  }
  const own = artifacts.map(({ version }) => version);
  const links = plannedLinks(own, store, plan.deployed);
  const intent = intentFor(plan, { release, sources, links, runner });
  await checks.verdict(intent);
  const text = `Nothing stands in the way at ${platform.address} and ${store.address}`;
  report({ kind: 'step', text });
  clock.lap('check');
  return { plan, release, artifacts, runner, intent };
}
