import type { V1ConfigMap, V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import { runtimes } from '../../../executable/runtimes/runtimes-table.ts';
import { short } from '../../../shared/digest.ts';
import type { RunnerChoice } from '../../intent.ts';
import { objectLabels } from './labels.ts';
import type { ManifestIntent } from './intent.ts';

/** The official image with the very Node.js that executables are made of. */
export const stockImage = `node:${runtimes['linux-x64'].package.version}-slim`;

type StockRunner = RunnerChoice & { readonly kind: 'stock' };

const folder = '/run/selfsame-runner';
const file = 'runner.cjs';

/** `node` by its name: images of Node.js have it at different places. */
export const stockCommand = ['node', `${folder}/${file}`];

export const stockMount: V1VolumeMount = { name: 'runner', mountPath: folder, readOnly: true };

/** The script for a stock image, named by its bytes: a revision that is rolled back to finds the one it was made with. */
export function stockRunnerFor(
  { name, namespace }: Pick<ManifestIntent, 'name' | 'namespace'>,
  runner: StockRunner,
): V1ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: stockRunnerName(name, runner), namespace, labels: objectLabels(name) },
    immutable: true,
    data: { [file]: runner.script },
  };
}

export function stockVolume(name: string, runner: StockRunner): V1Volume {
  return { name: 'runner', configMap: { name: stockRunnerName(name, runner), defaultMode: 0o444 } };
}

function stockRunnerName(name: string, { digest }: StockRunner): string {
  return `${name}-runner-${short(digest)}`;
}
