import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { kindName } from './cluster-source.ts';
import type { TestCluster } from './cluster.ts';

const run = promisify(execFile);

/**
 * Gives an image of node-1 the name with its digest, as a pull from a registry does: its kubelet then reports that.
 *
 * @param image e.g. `node:26.10.0-slim`.
 * @returns the name with the digest.
 */
export async function pinnedImage({ adminKubeconfig }: TestCluster, image: string): Promise<string> {
  const full = image.includes('/') ? image : `docker.io/library/${image}`;
  const images = async (...words: string[]): Promise<string> => {
    const [file, ...first] = containerdOf(adminKubeconfig);
    return (await run(file, [...first, '-n', 'k8s.io', 'images', ...words])).stdout;
  };
  const [digest] = /sha256:[0-9a-f]{64}/.exec(await images('ls', `name==${full}`)) ?? [];
  if (digest === undefined) throw new Error(`node-1 has no image ${full}`);
  await images('tag', '--force', full, `${full.replace(/:[^:/]*$/, '')}@${digest}`);
  return `${image}@${digest}`;
}

/** What talks to it: on the cluster of SELFSAME_TEST_CLUSTER its socket lies beside the kubeconfig. */
function containerdOf(kubeconfig: string): [file: string, ...words: string[]] {
  if (process.env['SELFSAME_TEST_CLUSTER'] === undefined) {
    return ['docker', 'exec', `${kindName}-control-plane`, 'ctr'];
  }
  return ['ctr', '--address', join(dirname(kubeconfig), 'node-1', 'containerd.sock')];
}
