import type { V1Container, V1PodSpec } from '@kubernetes/client-node';
import { blobMount, blobVolume } from './blob-volume.ts';
import { ports, probes, resourcesOf } from './container.ts';
import { diskRoomOf } from './disk.ts';
import { envOf, verbatim } from './env.ts';
import { selectorLabels } from './labels.ts';
import type { Intent } from '../../intent.ts';
import { stockCommand, stockMount, stockVolume } from './stock-runner.ts';
import { tolerationOf } from './toleration.ts';

export const containerName = 'app';

/** The container that the application runs in, wherever others (a service mesh, a webhook) have put theirs. */
export function applicationContainer(spec: V1PodSpec | undefined): V1Container | undefined {
  return spec?.containers?.find(({ name }) => name === containerName);
}

/** How long such pods may take to end before nobody waits for them: their own time, and half a minute for their node. */
export function endingLimitMs(spec: V1PodSpec | undefined): number {
  return (spec?.terminationGracePeriodSeconds ?? 30) * 1_000 + 30_000;
}

/** The pods of an intent, as the restricted Pod Security Standard wants them. */
export function podSpecFor(intent: Intent): V1PodSpec {
  const { name, nodeSelector = {}, tolerations = [] } = intent;
  const disk = diskRoomOf(intent);
  return {
    // A token is for who talks to the API server: an application that was given an account of its own.
    ...(intent.serviceAccount === undefined && { automountServiceAccountToken: false }),
    // One variable for every Service in the namespace is noise, and slows starts where there are many.
    enableServiceLinks: false,
    ...(intent.serviceAccount !== undefined && { serviceAccountName: intent.serviceAccount }),
    ...(intent.imagePullSecret !== undefined && { imagePullSecrets: [{ name: intent.imagePullSecret }] }),
    securityContext: {
      runAsNonRoot: true,
      // A number, since the kubelet cannot tell whether a name is root.
      runAsUser: 65532,
      runAsGroup: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    // No preStop hook: the application itself goes on answering until nobody sends it requests any more (app/drain.ts).
    terminationGracePeriodSeconds: intent.terminationGracePeriodSeconds ?? 30,
    ...(Object.keys(nodeSelector).length > 0 && { nodeSelector: { ...nodeSelector } }),
    ...(tolerations.length > 0 && { tolerations: tolerations.map(tolerationOf) }),
    affinity: {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [builtFor(intent)] } },
    },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        // Better two on one node than one that waits.
        whenUnsatisfiable: 'ScheduleAnyway',
        labelSelector: { matchLabels: selectorLabels(name) },
        // The replicas of one release are spread, wherever those of the last one still are.
        matchLabelKeys: ['pod-template-hash'],
      },
    ],
    containers: [
      {
        name: containerName,
        image: intent.runnerImage,
        imagePullPolicy: 'IfNotPresent',
        ...(intent.runner.kind === 'stock' && { command: stockCommand(intent.runner) }),
        ...(intent.args.length > 0 && { args: intent.args.map(verbatim) }),
        env: envOf(intent),
        ...(intent.port !== undefined && ports(intent.port, intent)),
        ...(intent.port !== undefined && probes(intent.healthPaths, intent)),
        resources: resourcesOf(intent.resources, disk),
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        // The runner writes one line of reason there; an application that crashes writes nothing, and its last lines tell.
        terminationMessagePolicy: 'FallbackToLogsOnError',
        volumeMounts: [
          { name: 'executable', mountPath: '/selfsame' },
          { name: 'tmp', mountPath: '/tmp' },
          ...(readsWithSecret(intent) ? [{ name: 'source', mountPath: '/run/selfsame', readOnly: true }] : []),
          ...(intent.runner.kind === 'stock' ? [stockMount] : []),
          ...(intent.mounted === undefined ? [] : [blobMount]),
        ],
      },
    ],
    volumes: [
      { name: 'executable', emptyDir: { sizeLimit: disk.executable } },
      { name: 'tmp', emptyDir: { sizeLimit: disk.tmp } },
      // Optional: a container that restarts where the executable is already needs no link to fetch it again.
      ...(readsWithSecret(intent)
        ? [{ name: 'source', secret: { secretName: sourceSecret(name), defaultMode: 0o444, optional: true } }]
        : []),
      ...(intent.runner.kind === 'stock' ? [stockVolume(name, intent.runner)] : []),
      ...(intent.mounted === undefined ? [] : [blobVolume(intent.mounted)]),
    ],
  };
}

/** Nodes that can run what was built, and no others: a wrong architecture never starts. */
function builtFor({ versions }: Intent): { matchExpressions: { key: string; operator: string; values: string[] }[] } {
  return {
    matchExpressions: [
      { key: 'kubernetes.io/os', operator: 'In', values: ['linux'] },
      { key: 'kubernetes.io/arch', operator: 'In', values: Object.keys(versions).sort() },
    ],
  };
}

/** True if what pods read with is in a Secret. */
export function readsWithSecret({ query, queries }: Intent): boolean {
  return query !== undefined || queries !== undefined;
}

/** True if pods of a spec are given what they read with in a Secret. */
export function mountsQuery(spec: V1PodSpec | undefined): boolean {
  return spec?.volumes?.some(({ name, secret }) => name === 'source' && secret !== undefined) ?? false;
}

/** The value of a variable of the application's container, as it was meant: the opposite of `verbatim`. */
export function envIn(spec: V1PodSpec | undefined, name: string): string | undefined {
  const container = spec?.containers.find((one) => one.name === containerName);
  return container?.env?.find((variable) => variable.name === name)?.value?.replaceAll('$$', () => '$');
}

/** The name of that Secret. */
export function sourceSecret(name: string): string {
  return `${name}-source`;
}
