import type { V1Deployment, V1PodTemplateSpec } from '@kubernetes/client-node';
import { artifactFor, type LinuxArtifact } from '../executable/rebuild.ts';
import type { Executable } from '../executable/self.ts';
import type { RuntimeSettings } from '../executable/runtimes/sources.ts';
import { releaseOf, versionsOf } from '../executable/version.ts';
import { apply, type Applied } from '../platforms/kubernetes/apply/apply.ts';
import { historyOf, lastReady } from '../platforms/kubernetes/rollout/history.ts';
import { manifestFor } from '../platforms/kubernetes/manifest/manifest.ts';
import type { KubernetesObject } from '../platforms/kubernetes/manifest/intent.ts';
import { recordPodTimes } from '../platforms/kubernetes/rollout/pod-times.ts';
import { canRollBack } from '../platforms/kubernetes/rollout/roll-back.ts';
import { watchRollout, type RolloutOutcome } from '../platforms/kubernetes/rollout/rollout.ts';
import { runningVersions } from '../platforms/kubernetes/rollout/status.ts';
import { type Digest, short } from '../shared/digest.ts';
import { archOf, type LinuxTarget } from '../shared/target.ts';
import type { Source } from '../store/store.ts';
import { intentFor, runnerOf } from './intent.ts';
import { linksFor } from './links.ts';
import { reportConcurrentChanges } from './concurrent-changes.ts';
import { startTimings } from './start-timings.ts';
import { preflight, type PreflightWorld } from './preflight/preflight.ts';
import { withDeployRecord } from './deploy-record.ts';
import { scaledPlan, type ScaledPlan } from './plan/replicas.ts';
import { sendAllTo } from './send.ts';
import { podTimings, slowestFirst, stageClock, type StageClock, type Timings } from './timings.ts';
import { replicasReport, autoRollback, type AutoRollback, type AutoRollbackWorld } from './auto-rollback.ts';

/** What lies outside a deploy. */
export interface World
  extends PreflightWorld, Pick<AutoRollbackWorld, 'tellsStarts' | 'onFailed' | 'onUndo' | 'onUndone'> {
  /** The executable that deploys itself. */
  readonly executable: Executable;
  readonly runtimes: RuntimeSettings;
  /** The text of the bundle of runner/stock, which a stock image is given. */
  readonly stockRunner: string;
  /** Told right before the first byte is stored. */
  readonly onStore?: (before: Before) => void;
  /** Told right before the first object is changed. */
  readonly onApply?: (before: Before) => void;
  /** Told of every object that was applied; of the Deployment also whether there is something to go back to from it. */
  readonly onApplied?: (object: Pick<Applied, 'kind' | 'name'>, how: { readonly leavesWayBack: boolean }) => void;
}

interface Before {
  /** True if nothing was deployed under that name. */
  readonly isFirst: boolean;
}

/** What a deploy left behind. */
export interface Deployed {
  readonly name: string;
  readonly namespace: string;
  readonly release: Digest;
  readonly versions: Readonly<Partial<Record<LinuxTarget, Digest>>>;
  readonly replicas: number;
  readonly sentBytes: number;
  readonly applied: readonly Applied[];
  /** True if there is an earlier version to go back to. */
  readonly leavesWayBack: boolean;
  /** Absent with `--no-wait`. */
  readonly outcome?: RolloutOutcome;
  /** What was done about a rollout that failed. */
  readonly undone?: AutoRollback;
  readonly timings: Timings;
}

/** Runs the whole pipeline. The only place that knows the order of the stages. */
export async function deploy(plan: ScaledPlan, world: World): Promise<Deployed> {
  const clock = stageClock();
  const { artifacts, release } = await prepare(plan, world, clock);
  const { cluster, store, report, signal } = world;

  const running = await runningVersions(cluster, plan.name, { signal });
  signal.throwIfAborted();
  world.onStore?.({ isFirst: Object.keys(running).length === 0 });
  const sentBytes = await sendAllTo(store, artifacts, {
    report,
    signal,
    like: ({ target }) => running[archOf[target as LinuxTarget]],
  });
  clock.lap('upload');

  const sources: [LinuxArtifact, Source][] = [];
  for (const artifact of artifacts) sources.push([artifact, await store.source(artifact, { signal })]);
  const [, first] = sources[0] ?? [];
  if (first?.warning !== undefined) report({ kind: 'warning', text: first.warning });
  const links = await linksFor(sources, { ...world, name: plan.name });
  clock.lap('link');

  const runner = await runnerOf(plan, world);
  // Asked as late as can be: someone may have scaled it while bytes were sent.
  const [history, scaled] = await Promise.all([
    historyOf(cluster, plan.name, { signal }),
    scaledPlan(plan, { cluster, signal }),
  ]);
  const intent = await withDeployRecord(
    intentFor(scaled, { release, namespace: cluster.namespace, sources, links, runner }),
    {
      cluster,
      history,
      signal,
    },
  );
  signal.throwIfAborted();
  world.onApply?.({ isFirst: history === undefined });
  let template: V1PodTemplateSpec | undefined;
  let hasWayBack = false;
  const applied = await apply(cluster, manifestFor(intent), {
    signal,
    onApplied({ kind, after }) {
      if (kind === 'Deployment') {
        template = (after as V1Deployment).spec?.template;
        hasWayBack = canRollBack(template, history);
      }
      world.onApplied?.({ kind, name: after.metadata.name ?? '' }, { leavesWayBack: hasWayBack });
    },
  });
  report({ kind: 'step', stage: 'apply', text: appliedText(applied) });
  const appliedAt = performance.now();
  clock.lap('apply', { at: appliedAt });

  const deployed = {
    name: plan.name,
    namespace: cluster.namespace,
    release,
    versions: Object.fromEntries(artifacts.map(({ target, version }) => [target, version])),
    replicas: scaled.replicas,
    sentBytes,
    applied,
    leavesWayBack: hasWayBack,
  };
  if (!plan.waits) return { ...deployed, timings: { stages: clock.stages(), pods: [] } };
  const replicas = recordPodTimes();
  let spec: V1Deployment['spec'];
  const outcome = await watchRollout(cluster, {
    name: plan.name,
    release,
    template,
    timeoutMs: plan.waitTimeoutMs,
    signal,
    onObserved(observed, nowMs) {
      ({ spec } = observed.deployment);
      replicas.look(observed, nowMs);
    },
    tellsStarts: world.tellsStarts,
    onProgress: replicasReport(report),
  });
  const seen = replicas.times();
  const isReady = outcome.kind === 'ready';
  if (isReady) reportConcurrentChanges({ name: plan.name, spec }, { template, replicas: scaled.replicas, report });
  const [last] = slowestFirst(seen);
  if (isReady && last?.readyAt !== undefined) clock.lap('ready', { at: last.readyAt });
  clock.lap(isReady ? 'settle' : 'wait');
  const starts = await startTimings(cluster, isReady ? seen : [], { port: plan.port, signal });
  clock.lap('ask');
  const before = history && lastReady(history);
  const undone = await autoRollback(
    { name: plan.name, outcome, template, before, isWanted: plan.rollsBack },
    // However short the wait for a new version may be, the one before gets time for its replicas to come back; after an API
    // server was away, the controllers alone take a minute to look again.
    { ...world, timeoutMs: Math.max(plan.waitTimeoutMs, 120_000) },
  );
  if (undone?.kind === 'rolled-back') clock.lap('undo');
  const timings = { stages: clock.stages(), pods: podTimings(seen, starts, { appliedAt }) };
  return { ...deployed, outcome, ...(undone && { undone }), timings };
}

/** What would be applied, after every check that changes nothing. */
export interface Prepared {
  readonly release: Digest;
  readonly artifacts: readonly LinuxArtifact[];
  /** Checked by the API server. The link that pods read with is not made yet: a placeholder stands in the Secret. */
  readonly objects: readonly KubernetesObject[];
}

/**
 * Goes as far as nothing is changed: nodes, store, versions, and a dry run of every object on the API server.
 *
 * @throws {DeployError} whatever would make the deploy fail, as far as it can be known.
 */
export async function prepare(plan: ScaledPlan, world: World, clock: StageClock = stageClock()): Promise<Prepared> {
  const { cluster, store, executable, runtimes, report, signal } = world;
  clock.lap('start');
  const checks = await preflight(plan, world);
  clock.lap('preflight');

  const versions = await versionsOf(executable.blob);
  const release = releaseOf(versions);
  const from = { from: executable, versions };
  const artifacts: LinuxArtifact[] = [];
  for (const target of checks.targets) {
    artifacts.push(await artifactFor(target, { ...from, name: plan.app.name, runtimes, report, signal }));
  }
  const names = artifacts.map(({ target, version }) => `${target} ${short(version)}`);
  report({ kind: 'step', stage: 'artifact', text: `Release ${short(release)}: ${names.join(', ')}` });
  clock.lap('hash');

  const sources: [LinuxArtifact, Source][] = [];
  for (const artifact of artifacts) {
    sources.push([artifact, { ...(await store.placeOf(artifact)), access: store.access }]);
  }
  const links = sources.some(([, { kind }]) => kind === 'url') ? { query: 'made-when-deployed' } : {};
  const runner = await runnerOf(plan, world);
  const objects = manifestFor(intentFor(plan, { release, namespace: cluster.namespace, sources, links, runner }));
  await checks.verdict(objects);
  const text = `Nothing stands in the way at ${cluster.server} and ${store.address}`;
  report({ kind: 'step', stage: 'preflight', text });
  clock.lap('check');
  return { release, artifacts, objects };
}

function appliedText(applied: readonly Applied[]): string {
  const changed = applied.filter(({ change }) => change !== 'unchanged');
  if (changed.length === 0) return `Nothing to change on the cluster: ${applied.length} objects are as wanted`;
  return `Applied: ${changed.map(({ kind, name, change }) => `${kind} ${name} ${change}`).join(', ')}`;
}
