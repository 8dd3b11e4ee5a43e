import { DeployError } from '../../../shared/errors.ts';
import { refusalStatus } from '../api/api-error.ts';
import type { Cluster } from '../api/client.ts';
import { logCursor, type LogLine } from './cursor.ts';
import { pathOf, type Query } from '../api/resource-paths.ts';
import { containerName } from '../manifest/pod-spec.ts';

/** How far back a first reading goes; nothing: to the first line. */
export interface LogBegin {
  readonly sinceSeconds?: number | undefined;
  readonly tail?: number | undefined;
}

interface ReaderOptions {
  readonly pod: string;
  readonly begin: LogBegin;
  readonly signal: AbortSignal;
  readonly onLine: (line: Omit<LogLine, 'node'>) => void | Promise<void>;
  readonly onGap: () => void;
  readonly idleTimeoutMs: number;
}

/** How a reading ended. `missing`: there is no such log; `broken`: it has to be tried again. */
export interface Reading {
  readonly end: 'complete' | 'missing' | 'broken';
  /** How many lines were new. */
  readonly fresh: number;
  /** False if a last line without its end is still in question; it counts as a new one until it is settled. */
  readonly isWhole: boolean;
  /** The instance to which the lines belong that came again; undefined where none did. */
  readonly known?: number | undefined;
  /** The instance that was read, as far as that can be told. */
  readonly restart: number;
  readonly error?: unknown;
}

/** Reads the log of one pod piece by piece, and gives each line once. An instance is one start of its container. */
export interface PodReader {
  /** The instance that runs, or ran last. `isNew`: those before it are wanted, too, if they were not read to their end. */
  current(how: { readonly restart: number; readonly follow: boolean; readonly isNew: boolean }): Promise<Reading>;
  /** The one before it, to its end. */
  previous(restart: number): Promise<Reading>;
  /** To be told of each instance that was read to its end. */
  finished(restart: number): void;
}

export function podReader(cluster: Cluster, options: ReaderOptions): PodReader {
  const { pod, begin, signal, onLine, onGap, idleTimeoutMs } = options;
  const path = `${pathOf('Pod', { namespace: cluster.namespace, name: pod })}/log`;
  const startedAt = performance.now();
  const cursor = logCursor();
  let tail = begin.tail;
  let last = -1;
  let finished = -1;
  let rest: string | undefined;

  function from(): Query {
    if (cursor.since !== undefined) return { sinceTime: cursor.since };
    // Relative, since clocks differ; so it grows until there is a line to go on from.
    const { sinceSeconds } = begin;
    if (sinceSeconds === undefined) return {};
    return { sinceSeconds: sinceSeconds + Math.ceil((performance.now() - startedAt) / 1000) };
  }

  /** `prove` is asked at the first new line, unless one that is known came before it; it returns whose line that is. */
  async function read(query: Query, restart: number, prove?: () => Promise<number>): Promise<Reading> {
    const count = cursor.since === undefined ? tail : undefined;
    const isTail = count !== undefined;
    // Together they say: the last lines, and of those only the ones that are so young.
    const whole = {
      container: containerName,
      timestamps: true,
      ...query,
      ...(isTail ? { tailLines: Math.max(1, count) } : {}),
      ...(count === 0 ? {} : from()),
    };
    const follow = !isTail && query['follow'] === true;
    const isWanted = count !== 0;
    const unended: string[] = [];
    let lines = cursor.reading();
    let isProven = isTail || prove === undefined;
    let owner = restart;
    let known: number | undefined;
    let fresh = 0;
    let isWhole = true;

    async function take(line: string): Promise<void> {
      let seen = lines.look(line);
      if (!isProven && seen && 'fresh' in seen) {
        owner = (await prove?.()) ?? owner;
        lines = cursor.reading();
        seen = lines.look(line);
      }
      if (seen === undefined) return;
      isProven = true;
      if ('known' in seen) known = owner = seen.known;
      else {
        fresh += 1;
        last = owner;
        cursor.keep(line, owner);
        if (isWanted) await onLine({ pod, restart: owner, ...seen.fresh });
      }
    }

    try {
      const onRest = (text: string): unknown => unended.push(text);
      const given = cluster.lines(path, {
        query: { ...whole, follow },
        signal,
        idleTimeoutMs,
        ...(!follow && { onRest }),
      });
      for await (const line of given) await take(line);
      for (const line of unended) {
        // A last line without its end may also be one that was cut in half: it counts once it comes so again.
        isWhole = line === rest;
        if (isWhole) await take(line);
        else fresh += 1;
        rest = line;
      }
      if (isTail) tail = undefined;
      return { end: 'complete', fresh: isTail ? fresh + 1 : fresh, isWhole, known, restart: owner };
    } catch (error) {
      if (!signal.aborted && !(error instanceof DeployError)) throw error;
      const isMissing = [400, 404].includes(refusalStatus(error) ?? 0);
      return { end: isMissing ? 'missing' : 'broken', fresh, isWhole, known, restart: owner, error };
    }
  }

  async function previous(restart: number): Promise<Reading> {
    const first = await read({ previous: true }, restart);
    let { fresh, end, error } = first;
    // The end of an answer may be a cut; only one that brings nothing new is the end of the log.
    for (let more = fresh; end === 'complete' && more > 0; fresh += more) {
      ({ fresh: more, end, error } = await read({ previous: true }, restart));
    }
    return { ...first, fresh, end, error };
  }

  return {
    previous,
    async current({ restart, follow, isNew }) {
      const needsProof = isNew || cursor.since !== undefined;
      return read({ follow }, restart, needsProof ? async () => ownerOf(restart) : undefined);
    },
    finished(restart) {
      finished = restart;
    },
  };

  /**
   * What the API shows of a pod lags behind its kubelet: what is asked for as the log of one instance may be that of the
   * next. Where the last line that was read does not come again, the rest of its instance is read first.
   */
  async function ownerOf(restart: number): Promise<number> {
    const reached = last;
    const before = await previous(Math.max(restart - 1, 0));
    if (before.end === 'broken') throw before.error;
    if (before.known !== undefined) return Math.max(restart, before.known + 1);
    if (reached > finished && reached >= restart - 1) onGap();
    return restart === 0 && before.fresh > 0 ? 1 : restart;
  }
}
