import { noSuchObject } from './api-status.ts';
import type { KeptObjects } from './kept-objects.ts';
import { playedKind, type PlayedPlace } from './played-kinds.ts';
import type { PlayedObject } from './played-object.ts';

/** How far a replica has come. */
export type PlayedStage = 'waiting' | 'scheduled' | 'pulling' | 'running' | 'ready' | 'crashing';

/** True for a pod that serves. */
export function playedIsReady({ status }: PlayedObject): boolean {
  return JSON.stringify(status?.['conditions'] ?? []).includes('"Ready","status":"True"');
}

/** What its kubelet says of a pod that has come so far. */
export function statusAt(stage: PlayedStage): Record<string, unknown> {
  if (stage === 'waiting') return { phase: 'Pending' };
  const waiting = { waiting: { reason: stage === 'crashing' ? 'CrashLoopBackOff' : 'ContainerCreating' } };
  const isRunning = stage === 'running' || stage === 'ready';
  const container = {
    name: 'app',
    ...(isRunning && { containerID: 'containerd://one' }),
    restartCount: stage === 'crashing' ? 3 : 0,
    ready: stage === 'ready',
    started: stage === 'ready',
    state: isRunning ? { running: {} } : waiting,
    ...(stage === 'crashing' && { lastState: { terminated: { exitCode: 1, message: 'no such table' } } }),
  };
  const ready = { type: 'Ready', status: stage === 'ready' ? 'True' : 'False' };
  return { phase: isRunning ? 'Running' : 'Pending', conditions: [ready], containerStatuses: [container] };
}

/**
 * What a pod says of itself, through the proxy of the API server.
 *
 * @param place of the pod, as `POD:PORT`.
 * @returns undefined for a path that its application does not serve here.
 */
export function proxied({ name = '', subresource }: PlayedPlace, objects: KeptObjects): object | undefined {
  const [podName = ''] = name.split(':');
  const pod = objects.find('pods', podName);
  if (pod === undefined) throw noSuchObject(playedKind('pods'), podName);
  const arch = pod.spec?.['nodeName'] === 'node-2' ? 'arm64' : 'amd64';
  const version = pod.metadata.annotations?.[`selfsame.dev/version.${arch}`];
  if (subresource === 'proxy/selfsame/start') return { ageMs: 1, runnerMs: { fetch: 2, verify: 3 }, fetchedBytes: 0 };
  if (subresource !== 'proxy/selfsame') return undefined;
  return { name: 'hello-world', version, runner: version, target: arch === 'arm64' ? 'linux-arm64' : 'linux-x64' };
}

/** One of each architecture. */
export function addNodes(objects: KeptObjects): void {
  for (const [name, arch] of [
    ['node-1', 'amd64'],
    ['node-2', 'arm64'],
  ] as const) {
    const allocatable = { cpu: '64', memory: '256Gi', pods: '1000' };
    const conditions = [{ type: 'Ready', status: 'True' }];
    objects.put('nodes', {
      metadata: { name, labels: { 'kubernetes.io/arch': arch } },
      spec: {},
      status: { allocatable, conditions },
    });
  }
}
