import type { V1Deployment, V1PodTemplateSpec } from '@kubernetes/client-node';
import type { Digest } from '../../shared/digest.ts';
import type { Intent } from '../intent.ts';
import type { Applied, ApplyWorld, Platform, RollBackWorld, RolledBackTo, Rollout, WatchWorld } from '../platform.ts';
import type { Cluster } from './api/client.ts';
import { type Rules, rulesIn } from './api/rights.ts';
import { apply } from './apply/apply.ts';
import { freeRunner } from './apply/free-runner.ts';
import { remove } from './apply/remove.ts';
import { removeAdditions } from './apply/remove-additions.ts';
import { askDeployedBy } from './manifest/deployed-by.ts';
import { deploymentIn, type KubernetesObject, type ManifestIntent } from './manifest/intent.ts';
import { manifestFor } from './manifest/manifest.ts';
import { deployedLinks } from './pods/deployed-links.ts';
import { podStart } from './pods/pod-identity.ts';
import { type KubernetesPreflightWorld, preflight } from './preflight.ts';
import { concurrentChanges } from './rollout/concurrent-changes.ts';
import { withDeployRecord } from './rollout/deploy-record.ts';
import { lastReady, type Revision } from './rollout/history.ts';
import { recordPodTimes } from './rollout/pod-times.ts';
import { type KubernetesDeployed, readDeployed } from './rollout/read-deployed.ts';
import { canRollBack, isSameTemplate, rollBack } from './rollout/roll-back.ts';
import { watchRollout } from './rollout/rollout.ts';
import { clusterStore } from './cluster-store/cluster-store.ts';

/** A release that is applied to a cluster. */
export interface KubernetesApplied extends Applied {
  readonly name: string;
  readonly release: Digest;
  /** What its pods are made from, as the cluster keeps it; absent: whatever is of that release. */
  readonly template: V1PodTemplateSpec | undefined;
  readonly replicas: number | undefined;
  /** The last revision that was ready when it was applied, if one was. */
  readonly before: Revision | undefined;
}

export interface KubernetesPlatform extends Platform {
  render(intent: Intent): readonly KubernetesObject[];
}

/** A namespace of a cluster as a platform. */
export function kubernetesPlatform(cluster: Cluster): KubernetesPlatform {
  const { namespace } = cluster;
  const manifestIntent = (intent: Intent): ManifestIntent => ({ ...intent, namespace });
  const render = (intent: Intent) => manifestFor(manifestIntent(intent));
  let rules: Promise<Rules> | undefined;
  const askRules = async (signal?: AbortSignal): Promise<Rules> => (rules ??= rulesIn(cluster, signal));

  return {
    address: cluster.server,

    async preflight(wanted, world: KubernetesPreflightWorld) {
      const checks = await preflight(wanted, { ...world, cluster, askRules });
      return { targets: checks.targets, verdict: async (intent) => checks.verdict(render(intent)) };
    },

    store: (name) => clusterStore(cluster, { name, askRules }),
    render,
    runnerFor: async (name, runner, options) => freeRunner(cluster, name, runner, options),
    read: async (name, options: { signal: AbortSignal; since?: KubernetesDeployed }) =>
      readDeployed(cluster, name, options),
    links: async (name, options) => deployedLinks(cluster, name, options),
    apply: async (intent, deployed: KubernetesDeployed, world) => applied(intent, deployed, world),
    watch: async (release: KubernetesApplied, world) => watched(release, world),
    rollBack: async (release: KubernetesApplied, world) => rolledBack(release, world),
    startOf: async (replica, options) => podStart(cluster, replica, options),

    async remove(name, options) {
      await remove(cluster, name, options);
    },

    close: async () => cluster.close(),
  };

  async function applied(
    intent: Intent,
    deployed: KubernetesDeployed,
    { signal, onChange, onFound, onApplied }: ApplyWorld,
  ): Promise<KubernetesApplied> {
    const recorded = await withDeployRecord(manifestIntent(intent), { cluster, deployed, signal });
    let spec: V1Deployment['spec'];
    const manifest = manifestFor(recorded);
    const deployment = deploymentIn(manifest);
    const objects = await apply(cluster, manifest, {
      signal,
      read: deployed,
      onChange,
      async beforeEach(object) {
        if (!deployed.isThere || deployment === undefined || object !== deployment) return;
        const added = await removeAdditions(cluster, deployment, { live: deployed.deployment, signal });
        const paths = added.map(({ path }) => path).join(', ');
        if (added.length > 0) onFound?.(`Others had added to the pods of ${intent.name}: ${paths}. It is taken out`);
      },
      onApplied({ kind, after }) {
        if (kind === 'Deployment') ({ spec } = after as V1Deployment);
        onApplied?.({ kind, name: after.metadata.name ?? '' });
      },
    });
    const { history } = deployed;
    return {
      objects,
      name: intent.name,
      release: intent.release,
      template: spec?.template,
      replicas: spec?.replicas,
      canRollBack: canRollBack(spec?.template, history),
      before: history && lastReady(history),
    };
  }

  async function watched(
    { name, release, template, replicas }: KubernetesApplied,
    { timeoutMs, signal, showsStartup, onProgress }: WatchWorld,
  ): Promise<Rollout> {
    const times = recordPodTimes();
    let spec: V1Deployment['spec'];
    const outcome = await watchRollout(cluster, {
      name,
      release,
      template,
      timeoutMs,
      signal,
      onObserved(observed, nowMs) {
        ({ spec } = observed.deployment);
        times.look(observed, nowMs);
      },
      showsStartup,
      onProgress,
    });
    const changes = outcome.kind === 'ready' ? concurrentChanges(spec, { name, template, replicas }) : [];
    return { outcome, replicas: times.times(), changes };
  }

  async function rolledBack(
    { name, template, before }: KubernetesApplied,
    { signal, onChange }: RollBackWorld,
  ): Promise<RolledBackTo> {
    // The very version that was ready before and is no longer: there is no other.
    if (before === undefined || template === undefined || isSameTemplate(before.template, template)) {
      return { kind: 'nothing-before' };
    }
    const origin = await askDeployedBy(cluster, { signal });
    const done = await rollBack(cluster, { name, to: before, from: template, origin, signal, onChange });
    if (done !== 'done') return { kind: done };
    const release = before.release as Digest;
    return { kind: 'rolled-back', release, revision: before.revision, applied: appliedRelease(name, release) };
  }
}

/** A release that is there, to be watched: nothing is known of what came before it. */
export function appliedRelease(name: string, release: Digest): KubernetesApplied {
  return {
    objects: [],
    name,
    release,
    template: undefined,
    replicas: undefined,
    canRollBack: false,
    before: undefined,
  };
}
