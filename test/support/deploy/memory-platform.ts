import { setTimeout } from 'node:timers/promises';
import type { Deployed } from '../../../src/platforms/deployed.ts';
import type { Intent } from '../../../src/platforms/intent.ts';
import type { Progress } from '../../../src/platforms/outcome.ts';
import type { Applied, Platform } from '../../../src/platforms/platform.ts';
import { linuxTargets } from '../../../src/shared/target.ts';
import { deployedWith } from './literals.ts';

interface MemoryApplied extends Applied {
  readonly intent: Intent;
  /** The last one that was ready. */
  readonly before: MemoryRevision | undefined;
}

interface MemoryRevision {
  readonly revision: number;
  readonly intent: Intent;
  isReady: boolean;
}

/**
 * A platform for tests of the stages. It passes `platformContract`, and that is why they can trust it. Replicas are ready at once,
 * unless their environment has MODE=crash.
 */
export function memoryPlatform(): Platform {
  const histories = new Map<string, MemoryRevision[]>();
  const currentOf = (name: string): MemoryRevision | undefined => histories.get(name)?.at(-1);
  const isSame = (one: Intent | undefined, other: Intent): boolean => JSON.stringify(one) === JSON.stringify(other);
  const render = ({ name }: Intent) => [{ kind: 'Replicas', name }];

  return {
    address: 'memory',
    async preflight({ target }, { store, signal }) {
      await store.check({ signal });
      return { targets: target === undefined ? linuxTargets : [target], verdict: async () => signal.throwIfAborted() };
    },
    render,

    async read(name, { since }): Promise<Deployed> {
      const intent = currentOf(name)?.intent;
      const versions = Object.entries(intent?.versions ?? {}).map(([arch, { version }]) => [arch, version] as const);
      const scaling = intent === undefined ? {} : { replicas: intent.replicas ?? 1, isApplied: true };
      const now = deployedWith(scaling, { versions: Object.fromEntries(versions) });
      return JSON.stringify(now) === JSON.stringify(since) && since !== undefined ? since : now;
    },

    async apply(intent, deployed, { signal, onChange, onApplied }): Promise<MemoryApplied> {
      signal.throwIfAborted();
      const history = histories.get(intent.name) ?? [];
      const before = history.findLast(({ isReady }) => isReady);
      const isUnchanged = isSame(currentOf(intent.name)?.intent, intent);
      onChange?.();
      const revision = { revision: history.length + 1, intent, isReady: false };
      if (!isUnchanged) histories.set(intent.name, [...history, revision]);
      const objects = render(intent);
      for (const object of objects) onApplied?.(object);
      const change = isUnchanged ? 'unchanged' : deployed.isThere ? 'changed' : 'created';
      const canRollBack = before !== undefined && !isSame(before.intent, intent);
      return { intent, before, objects: objects.map(({ kind, name }) => ({ kind, name, change })), canRollBack };
    },

    async watch({ intent }: MemoryApplied, { timeoutMs, signal, onProgress }) {
      signal.throwIfAborted();
      const { name, replicas: wanted = 1, env } = intent;
      if (env['MODE'] === 'unready') {
        await setTimeout(timeoutMs, undefined, { signal }).catch(() => signal.throwIfAborted());
        return { outcome: { kind: 'timeout' }, replicas: [], changes: [] };
      }
      const pods = Array.from({ length: wanted }, (_, index) => ({ name: `${name}-${index + 1}`, state: 'ready' }));
      if (env['MODE'] === 'crash') {
        const progress: Progress = { ready: 0, wanted, pods: [], old: [] };
        const diagnosis = { cause: 'crash', summary: 'it crashes', evidence: [], nextStep: 'Correct it.' };
        return { outcome: { kind: 'failed', progress, diagnosis }, replicas: [], changes: [] };
      }
      const current = currentOf(name);
      if (current !== undefined) current.isReady = true;
      const progress = { ready: wanted, wanted, pods, old: [] };
      onProgress?.(progress);
      const createdAt = performance.now();
      const replicas = pods.map((pod) => ({ name: pod.name, createdAt, readyAt: createdAt }));
      return { outcome: { kind: 'ready', progress }, replicas, changes: [] };
    },

    async rollBack({ intent, before }: MemoryApplied, { signal, onChange }) {
      signal.throwIfAborted();
      if (before === undefined || isSame(before.intent, intent)) return { kind: 'nothing-before' };
      const history = histories.get(intent.name);
      if (history === undefined) return { kind: 'deleted' };
      if (!isSame(currentOf(intent.name)?.intent, intent)) return { kind: 'changed' };
      onChange?.();
      history.push({ revision: history.length + 1, intent: before.intent, isReady: false });
      const applied: MemoryApplied = { intent: before.intent, before: undefined, objects: [], canRollBack: false };
      return { kind: 'rolled-back', release: before.intent.release, revision: before.revision, applied };
    },

    async remove(name) {
      histories.delete(name);
    },
    async close() {},
  };
}
