import type { V1Node, V1Pod } from '@kubernetes/client-node';
import type { Cluster } from '../../platforms/kubernetes/api/client.ts';
import type { KubernetesObject } from '../../platforms/kubernetes/manifest/intent.ts';
import { architectureOf, listNodes } from '../../platforms/kubernetes/pods/nodes.ts';
import { deploymentIn, dryRun } from '../../platforms/kubernetes/apply/dry-run.ts';
import { rulesIn } from '../../platforms/kubernetes/api/rights.ts';
import { serverVersionFindings } from '../../platforms/kubernetes/api/server-version.ts';
import { DeployError } from '../../shared/errors.ts';
import type { Report } from '../../shared/report.ts';
import { archOf, linuxTargets, type LinuxTarget } from '../../shared/target.ts';
import type { Store } from '../../store/store.ts';
import { settled, toFindings, toPermittedFindings, refusal } from './findings.ts';
import type { Plan } from '../plan/plan.ts';
import { isProvisioned, type NodePlace, nodePlaceFor, roomFindings } from './preflight-nodes.ts';
import { podFindings, quotasIn } from './preflight-pods.ts';
import { rightsFindings } from './preflight-rights.ts';
import { secretFindings } from './preflight-secrets.ts';
import { hasImage, archNamed } from '../../platforms/kubernetes/manifest/image-name.ts';

export interface PreflightWorld {
  readonly cluster: Cluster;
  readonly store: Store;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** Checks that are under way. */
export interface Preflight {
  /** What to build: for the nodes that replicas may go to, or `--target` alone. */
  readonly targets: readonly LinuxTarget[];
  /**
   * Lets the API server try the objects, and waits for all other checks.
   *
   * @throws {DeployError} with everything that stands in the way, and nothing was changed or sent.
   */
  verdict(objects: readonly KubernetesObject[]): Promise<void>;
}

/**
 * Looks before anything is changed. What does not need the objects is begun here, and goes on beside whatever makes them;
 * all calls share one connection, and an account that may not see something deploys all the same: that it was not checked is
 * said in one line.
 *
 * @throws {DeployError} only if the cluster does not answer any more; findings wait for the verdict.
 */
export async function preflight(plan: Plan, { cluster, store, report, signal }: PreflightWorld): Promise<Preflight> {
  const checks = {
    store: settled(store.check({ signal })),
    rules: settled(rulesIn(cluster, signal)),
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
      const rehearsal = await dryRun(cluster, objects, signal);
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

/**
 * The finding for a cluster that cannot be reached, with what is wrong with the store besides.
 *
 * @param error of the connection.
 */
export async function withStore(
  error: unknown,
  { store, signal }: Pick<PreflightWorld, 'store' | 'signal'>,
): Promise<unknown> {
  if (!(error instanceof DeployError) || error.code === 'bad-name') return error;
  const { findings } = await toFindings(settled(store.check({ signal })));
  return refusal([error, ...findings]);
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
