import type { V1Node } from '@kubernetes/client-node';
import { archNamed, hasImage } from '../../platforms/kubernetes/manifest/image-name.ts';
import { architectureOf } from '../../platforms/kubernetes/pods/nodes.ts';
import { DeployError } from '../../shared/errors.ts';
import { archOf, type LinuxTarget } from '../../shared/target.ts';

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
