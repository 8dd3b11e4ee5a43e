import type { V1ConfigMap, V1PodSpec, V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import { runtimes } from '../../../executable/runtimes/runtimes-table.ts';
import { short } from '../../../shared/digest.ts';
import type { RunnerChoice } from '../../intent.ts';
import { objectLabels } from './labels.ts';
import type { ManifestIntent } from './intent.ts';

/** The official image with the very Node.js that executables are made of. */
export const stockImage = `node:${runtimes['linux-x64'].package.version}-slim`;

export type StockRunner = RunnerChoice & { readonly kind: 'stock' };

const folder = '/run/selfsame-runner';
const file = 'runner.cjs';

/**
 * What a container of a stock image starts with. `node` by its name: images of Node.js have it at different places. The words
 * after `--` are the application's.
 */
export function stockCommand(runner: StockRunner): string[] {
  return ['node', '-e', loaderOf(runner), '--'];
}

/**
 * Runs the script if it has the bytes that this executable carries, and no others: a ConfigMap can be deleted and made again
 * with other content, a pod's command cannot. SIGUSR1, which
 * opens Node's debugger, does nothing.
 *
 * @returns one line of JavaScript for `node -e`. Without `$`, which Kubernetes would expand.
 */
function loaderOf({ digest }: StockRunner): string {
  const refusal = `selfsame runner: ${folder}/${file} is not the one with the SHA-256 ${digest}`;
  return [
    "process.on('SIGUSR1',()=>{})",
    `const p='${folder}/${file}',s=require('fs').readFileSync(p)`,
    `if(require('crypto').createHash('sha256').update(s).digest('hex')!=='${digest}')` +
      `{console.error('${refusal}');process.exit(${wrongRunnerStatus})}`,
    'process.argv.splice(1,0,p)',
    'module._compile(String(s),p)',
  ].join(';');
}

/** The exit status of a container whose runner is not the one asked for. */
export const wrongRunnerStatus = 77;

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

/** The script in a ConfigMap. */
export function stockRunnerIn({ data = {} }: V1ConfigMap): string | undefined {
  return data[file];
}

export function stockVolume(name: string, runner: StockRunner): V1Volume {
  return { name: 'runner', configMap: { name: stockRunnerName(name, runner), defaultMode: 0o444 } };
}

/** Names its ConfigMap. */
export function stockRunnerName(name: string, { digest, edition = 0 }: StockRunner): string {
  return `${name}-runner-${short(digest)}${edition === 0 ? '' : `-${edition}`}`;
}

/** The edition of a runner that pods of a spec mount; 0 where they mount another. */
export function stockEditionIn(spec: V1PodSpec | undefined, name: string, runner: StockRunner): number {
  const mounted = spec?.volumes?.find((volume) => volume.name === stockMount.name)?.configMap?.name ?? '';
  const first = stockRunnerName(name, { ...runner, edition: 0 });
  return Number(mounted.startsWith(first) ? (/^-(\d{1,4})$/.exec(mounted.slice(first.length))?.[1] ?? 0) : 0);
}
