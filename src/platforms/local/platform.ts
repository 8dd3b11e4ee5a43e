import { DeployError } from '../../shared/errors.ts';
import { archOf, hostTarget, linuxTargets, type LinuxTarget } from '../../shared/target.ts';
import type { Intent } from '../intent.ts';
import type { Applied, AppliedObject, Platform } from '../platform.ts';
import type { Deployed } from '../deployed.ts';
import { type LocalReplica, runLocally } from './local.ts';
import { outcomeOf, type Running } from './running.ts';

/** A process on this machine that stands for a pod. */
interface LocalProcess {
  readonly kind: 'Process';
  readonly name: string;
}

export interface LocalPlatformOptions {
  /** The runner, as text: the very script of the image. */
  readonly runner: string;
  readonly onLine: (replica: string, text: string) => void;
  /** Ends all replicas in order. */
  readonly signal: AbortSignal;
  /** Aborts right before this process ends at once: nothing is left running, and no secret lying about. */
  readonly atOnce: AbortSignal;
}

export interface LocalPlatform extends Platform {
  /** The replicas under a name; empty until they are ready. */
  replicas(name: string): readonly LocalReplica[];
  /** Waits until all replicas under a name have ended. */
  ended(name: string): Promise<void>;
}

interface LocalApplied extends Applied {
  readonly name: string;
}

/**
 * This machine as a platform: the same store, the same runner and the same bytes, with processes in the place of pods. They end
 * with this process.
 */
export function localPlatform({ runner, onLine, signal, atOnce }: LocalPlatformOptions): LocalPlatform {
  const target = ownTarget();
  const running = new Map<string, Running>();
  const replicas = new Map<string, readonly LocalReplica[]>();

  const platform: LocalPlatform = {
    address: 'this machine',

    async preflight(wanted, { store, signal: checking }) {
      if (wanted.target !== undefined && wanted.target !== target) throw foreignTarget(wanted.target, target);
      await store.check({ signal: checking });
      return { targets: [target], verdict: async () => checking.throwIfAborted() };
    },

    render: processesOf,

    async read(name): Promise<Deployed> {
      const intent = running.get(name)?.intent;
      const versions = Object.entries(intent?.versions ?? {}).map(([arch, { version }]) => [arch, version] as const);
      return {
        isThere: intent !== undefined,
        versions: Object.fromEntries(versions),
        scaling:
          intent === undefined ? none : { replicas: intent.replicas ?? 1, requests: {}, isApplied: true, isSeen: true },
        linkPlaces: [],
      };
    },

    async apply(intent, deployed, { signal: applying, onChange, onApplied }): Promise<LocalApplied> {
      const { name } = intent;
      applying.throwIfAborted();
      const before = running.get(name);
      const objects = processesOf(intent);
      const appliedAs = (change: AppliedObject['change']): AppliedObject[] =>
        objects.map((object) => ({ ...object, change }));
      if (before !== undefined && JSON.stringify(before.intent) === JSON.stringify(intent)) {
        return { name, objects: appliedAs('unchanged'), canRollBack: false };
      }
      onChange?.();
      await platform.remove(name, { signal: applying });
      start(intent);
      for (const object of objects) onApplied?.(object);
      return { name, objects: appliedAs(deployed.isThere ? 'changed' : 'created'), canRollBack: false };
    },

    async watch({ name }: LocalApplied, world) {
      const run = running.get(name);
      if (run === undefined) return { outcome: { kind: 'deleted' }, replicas: [], changes: [] };
      return { outcome: await outcomeOf(run, world), replicas: [], changes: [] };
    },

    async remove(name) {
      const run = running.get(name);
      run?.stop();
      await run?.ended.catch(() => undefined);
      running.delete(name);
      replicas.delete(name);
    },

    async close() {
      for (const name of running.keys()) await platform.remove(name, { signal });
    },

    replicas: (name) => replicas.get(name) ?? [],
    ended: async (name) => running.get(name)?.ended,
  };
  return platform;

  function start(intent: Intent): void {
    const [stopped, late] = [new AbortController(), new AbortController()];
    const { promise: ready, resolve } = Promise.withResolvers<readonly LocalReplica[]>();
    const ended = runLocally({
      ...whatRuns(intent, target),
      replicas: intent.replicas ?? 1,
      runner,
      late: late.signal,
      onLine,
      onReady(started) {
        replicas.set(intent.name, started);
        resolve(started);
      },
      signal: AbortSignal.any([signal, stopped.signal]),
      atOnce,
    });
    // Whoever watches it gets the error.
    ended.catch(() => undefined);
    const [stop, giveUp] = [() => stopped.abort(), () => late.abort()];
    running.set(intent.name, { intent, stop, giveUp, ready, ended });
  }
}

/** Nobody scales what is not there. */
const none = { isApplied: false, isSeen: true };

/** The processes that make an intent true. */
function processesOf({ name, replicas = 1 }: Intent): LocalProcess[] {
  return Array.from({ length: replicas }, (_, index) => ({ kind: 'Process', name: `${name}-${index + 1}` }));
}

/** What the runner is appliedAs: one version, that of this machine. */
function whatRuns(intent: Intent, target: LinuxTarget) {
  const { name, args, env, port, scheme, healthPaths, terminationGracePeriodSeconds = 30 } = intent;
  const own = intent.versions[archOf[target]];
  if (own?.url === undefined) throw new TypeError(`${name} was not built for ${target}, or not stored at a URL`);
  const { version, sizeBytes, url } = own;
  const secret = intent.queries?.[version] ?? intent.query;
  return {
    name,
    args,
    env,
    artifact: { name, version, sizeBytes },
    source: { url, ...(secret !== undefined && { secret }) },
    scheme,
    readyPath: port === undefined ? undefined : healthPaths.ready,
    graceMs: terminationGracePeriodSeconds * 1000,
  };
}

/** @throws {DeployError} `bad-usage` where no executable of ours runs as it is. */
function ownTarget(): LinuxTarget {
  const host = hostTarget();
  const target = linuxTargets.find((known) => known === host);
  if (target !== undefined) return target;
  throw new DeployError(
    'bad-usage',
    `Cannot run replicas on ${host ?? process.platform}: executables are made for Linux`,
    {
      hint: 'Start the program without --local, or deploy it with --kubernetes.',
    },
  );
}

function foreignTarget(target: LinuxTarget, own: LinuxTarget): DeployError {
  return new DeployError('bad-target', `Cannot run ${target} on this machine, which is ${own}`, {
    hint: 'Leave --target out.',
  });
}
