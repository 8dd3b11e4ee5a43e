import type { V1Node, V1Pod } from '@kubernetes/client-node';
import type { Cluster } from './api/client.ts';
import { deploymentIn, type KubernetesObject } from './manifest/intent.ts';
import { architectureOf, listNodes } from './pods/nodes.ts';
import { dryRun } from './apply/dry-run.ts';
import { type Rules, rulesIn } from './api/rights.ts';
import { serverVersionFindings } from './api/server-version.ts';
import { DeployError } from '../../shared/errors.ts';
import { archOf, linuxTargets, type LinuxTarget } from '../../shared/target.ts';
import { settled, toFindings, toPermittedFindings, refusal } from '../findings.ts';
import type { Preflight, PreflightWorld, PreflightPlan } from '../platform.ts';
import type { KubernetesDeployed } from './rollout/read-deployed.ts';
import { isProvisioned, type NodePlace, nodePlaceFor, roomFindings } from './preflight-nodes.ts';
import { podFindings, quotasIn } from './preflight-pods.ts';
import { rightsFindings } from './preflight-rights.ts';
import { secretFindings } from './preflight-secrets.ts';
import { hasImage, archNamed } from './manifest/image-name.ts';

export interface KubernetesPreflightWorld extends PreflightWorld {
  /** What is there; absent: it is read. */
  readonly deployed?: KubernetesDeployed | undefined;
}

interface PreflightCluster {
  readonly cluster: Cluster;
  /** Asks what we may do in the namespace, where others ask that as well. */
  readonly askRules?: ((signal?: AbortSignal) => Promise<Rules>) | undefined;
}

/** As `Preflight`, of the objects that the platform makes of an intent. */
export interface KubernetesPreflight extends Pick<Preflight, 'targets'> {
  verdict(objects: readonly KubernetesObject[]): Promise<void>;
}

/**
 * Looks before anything is changed. What does not need the objects is begun here, and goes on beside whatever makes them;
 * all calls share one connection, and an account that may not see something deploys all the same: that it was not checked is
 * said in one line.
 *
 * @throws {DeployError} only if the cluster does not answer any more; findings wait for the verdict.
 */
export async function preflight(
  plan: PreflightPlan,
  {
    cluster,
    askRules = async () => rulesIn(cluster, signal),
    deployed,
    store,
    report,
    signal,
  }: PreflightCluster & KubernetesPreflightWorld,
): Promise<KubernetesPreflight> {
  const checks = {
    store: settled(store.check({ signal })),
    rules: settled(askRules(signal)),
    quotas: settled(quotasIn(cluster, signal)),
    secrets: settled(secretFindings(plan, { cluster, signal })),
  };
  const nodes = await listNodes(cluster, signal);
  const wanted = plan.target === undefined ? linuxTargets : [plan.target];
  const place: NodePlace =
    nodes === undefined ? { targets: wanted, nodes: [], findings: [] } : nodePlaceFor(plan, nodes);

  return {
    targets: place.targets,
    async verdict(objects) {
      const denied = nodes === undefined ? [`see nodes (so it is built for ${wanted.join(' and ')})`] : [];
      const rehearsal = await dryRun(cluster, objects, { signal, read: deployed });
      const rules = await toPermittedFindings(checks.rules, () => denied.push('ask for its rights'));
      const quotas = await toPermittedFindings(checks.quotas, () => denied.push('see quotas'));
      const secrets = await toPermittedFindings(checks.secrets, () =>
        denied.push('read the Secrets that replicas need'),
      );
      if (rehearsal.podRefused?.code === 'cluster-denied') denied.push('try a pod (quota, limits, admission)');

      const template = podOf(objects);
      const about = { cluster, rehearsal, signal };
      const rights = rules.value && (await rightsFindings(plan, objects, { ...about, rules: rules.value }));
      const pods = await podFindings(plan, { ...about, quotas: quotas.value ?? [], template });
      const image = imageFindings(plan.runnerImage, place);
      const nodeFindings = [
        ...place.findings,
        ...roomFindings(place.nodes, { pod: rehearsal.pod ?? template, template }),
      ];
      const isGrowing = nodes?.some(isProvisioned) === true;
      const refused = refusal([
        ...serverVersionFindings(cluster),
        ...(rights ?? []),
        ...rehearsal.refused.filter(({ code }) => code !== 'cluster-denied' || !rights?.length),
        ...pods,
        ...(rehearsal.isNowhere ? [] : [...secrets.findings, ...(secrets.value ?? [])]),
        ...rules.findings,
        ...quotas.findings,
        ...(isGrowing ? [] : nodeFindings),
        ...image.findings,
        ...(await toFindings(checks.store)).findings,
      ]);
      signal.throwIfAborted();
      if (refused !== undefined) throw refused;

      const warn = (text: string): void => report({ kind: 'warning', text });
      for (const warning of rehearsal.warnings) warn(warning);
      if (isGrowing) for (const { message } of nodeFindings) warn(`${message}, unless one is added`);
      const notes = [
        ...(denied.length === 0 ? [] : [`this account may not ${denied.join(', ')}`]),
        // An official image is there for both architectures.
        ...(image.unproven.length === 0 || plan.runner === 'stock'
          ? []
          : [
              `no ${image.unproven.join(' or ')} node is known to have ${plan.runnerImage}, and its registry cannot be asked from here`,
            ]),
      ];
      if (notes.length > 0) warn(`not checked: ${notes.join('; ')}`);
    },
  };
}

/** The pod of the manifest, for where none could be tried. */
function podOf(objects: readonly KubernetesObject[]): V1Pod {
  const { spec } = deploymentIn(objects)?.spec?.template ?? {};
  return spec === undefined ? {} : { spec };
}

/**
 * What can be known of the runner image from here: its name, and which nodes have it already. What its registry holds
 * depends on the nodes' credentials and network, not on ours.
 *
 * @returns the architectures for which nothing proves that it is there.
 */
export function imageFindings(
  image: string,
  { targets, nodes }: { targets: readonly LinuxTarget[]; nodes: readonly V1Node[] },
): { findings: DeployError[]; unproven: string[] } {
  const unproven = targets
    .map((target) => archOf[target])
    .filter((arch) => !nodes.some((node) => architectureOf(node) === arch && hasImage(node, image)));
  const named = archNamed(image);
  const others = unproven.filter((arch) => named !== undefined && arch !== named);
  if (others.length === 0) return { findings: [], unproven };
  const message = `The runner image ${image} is named for ${named}, and replicas go to ${others.join(' and ')} nodes`;
  const hint = `Pass --runner-image with one for ${others.join(' and ')} too, or a --target that it fits.`;
  return { findings: [new DeployError('image-unfit', message, { hint })], unproven: [] };
}
