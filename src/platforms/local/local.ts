import { existsSync, rmSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:http';
import { get as getSecure } from 'node:https';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import getPort from 'get-port';
import type { Artifact } from '../../executable/format/artifact.ts';
import type { Digest } from '../../shared/digest.ts';
import { DeployError } from '../../shared/errors.ts';
import type { Source, UrlPlace } from '../../store/store.ts';
import { keepRunning } from './local-replica.ts';
import { makeReplicaFolder } from './replica-folder.ts';

/** One process on this machine, started by the runner as a pod would start it. */
export interface LocalReplica {
  readonly name: string;
  readonly url: string;
  readonly version: Digest;
}

export interface LocalRun {
  readonly name: string;
  readonly replicas: number;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly artifact: Pick<Artifact, 'name' | 'version' | 'sizeBytes'>;
  readonly source: Pick<Source<UrlPlace>, 'url' | 'secret'>;
  /** The runner, as text: the very script of the image. */
  readonly runner: string;
  /** Path that answers 200 when a replica is ready; absent for a program that serves nothing. */
  readonly readyPath?: string | undefined;
  /** Given if it speaks TLS. */
  readonly scheme?: 'https' | undefined;
  /** Aborts when a replica that is not ready by then is given up. */
  readonly late: AbortSignal;
  /** As long as a replica may take to end; then it is killed. */
  readonly graceMs: number;
  readonly onLine: (replica: string, text: string) => void;
  readonly onReady: (replicas: readonly LocalReplica[]) => void;
  readonly signal: AbortSignal;
  /** Aborts right before this process ends at once: nothing is left running, and no secret lying about. */
  readonly atOnce: AbortSignal;
}

const betweenLooksMs = 50;
/** An application that ended so often before it was ready does so again. */
const endsBeforeReady = 3;

/**
 * Runs replicas as processes of this machine until the signal aborts: fetched, verified and started by the runner,
 * each on a port of its own, restarted with growing pauses when it ends, at last stopped gracefully.
 *
 * @throws {DeployError} `rollout-undone` if a replica cannot become ready or is not in time; nothing is left running then.
 */
export async function runLocally(run: LocalRun): Promise<void> {
  const folder = await makeReplicaFolder(run.name);
  const done = new AbortController();
  const signal = AbortSignal.any([run.signal, done.signal]);
  let running: Promise<void>[] = [];
  const leaveNothing = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const script = join(folder, 'run.sh');
    await writeFile(script, run.runner, { mode: 0o755 });
    const queryFile = join(folder, 'query');
    if (run.source.secret !== undefined) await writeFile(queryFile, run.source.secret, { mode: 0o600 });

    const starting: StartingReplica[] = [];
    for (let index = 1; index <= run.replicas; index += 1) {
      const [name, home, port] = [`${run.name}-${index}`, join(folder, String(index)), await getPort()];
      await mkdir(home);
      starting.push({
        name,
        home,
        url: `${run.scheme ?? 'http'}://127.0.0.1:${port}`,
        port,
        ends: 0,
        lastLine: '',
        isReady: false,
      });
    }
    running = starting.map(async (replica) =>
      keepRunning({
        folder,
        script,
        args: run.args,
        graceMs: run.graceMs,
        environment: runnerEnvironment(run, replica, queryFile),
        onLine(text) {
          replica.lastLine = text;
          run.onLine(replica.name, text);
        },
        async onEnd(how, pauseMs) {
          await refuseDoomed(run, replica, how);
          run.onLine(replica.name, `ended with ${how}; starts again in ${pauseMs / 1000} s`);
        },
        signal,
        atOnce: run.atOnce,
      }),
    );
    // After the replicas: their listeners come first.
    run.atOnce.addEventListener('abort', leaveNothing, { once: true });
    const stopped = Promise.all(running);
    await Promise.race([Promise.all(starting.map(async (replica) => becomeReady(run, replica, signal))), stopped]);
    const replicas = starting.map(({ name, url }) => ({ name, url, version: run.artifact.version }));
    if (!signal.aborted) run.onReady(replicas);
    await stopped;
  } finally {
    done.abort();
    await Promise.allSettled(running);
    run.atOnce.removeEventListener('abort', leaveNothing);
    await rm(folder, { recursive: true, force: true });
  }
}

/** A replica on its way. */
interface StartingReplica {
  readonly name: string;
  /** Its folder. */
  readonly home: string;
  readonly url: string;
  readonly port: number;
  ends: number;
  lastLine: string;
  isReady: boolean;
}

function runnerEnvironment(run: LocalRun, { home, port }: StartingReplica, queryFile: string): Record<string, string> {
  const suffix = process.arch === 'arm64' ? 'ARM64' : 'X64';
  return {
    ...run.env,
    SELFSAME_NAME: run.artifact.name,
    SELFSAME_DIR: home,
    [`SELFSAME_URL_${suffix}`]: run.source.url,
    [`SELFSAME_SHA256_${suffix}`]: run.artifact.version,
    [`SELFSAME_SIZE_${suffix}`]: String(run.artifact.sizeBytes),
    ...(run.source.secret !== undefined && { SELFSAME_QUERY_FILE: queryFile }),
    SELFSAME_TERMINATION_LOG: terminationLog(home),
    SELFSAME_PORT: String(port),
  };
}

function terminationLog(home: string): string {
  return join(home, 'termination-log');
}

/**
 * The runner has tried again whatever may heal, so its last word is final; an application may stumble, but not for ever.
 * Once a replica was ready, it is started again whatever happens.
 */
async function refuseDoomed(run: LocalRun, replica: StartingReplica, how: string): Promise<void> {
  if (replica.isReady) return;
  replica.ends += 1;
  const log = terminationLog(replica.home);
  const reason = existsSync(log) ? (await readFile(log, 'utf8')).trim() : '';
  // What serves nothing may be one that just ends.
  if (reason === '' && (run.readyPath === undefined || replica.ends < endsBeforeReady)) return;
  const said = reason === '' ? `it ended with ${how} ${replica.ends} times: ${replica.lastLine}` : reason;
  throw notReady(`${replica.name} cannot start: ${said}`);
}

async function becomeReady(run: LocalRun, replica: StartingReplica, signal: AbortSignal): Promise<void> {
  if (run.readyPath === undefined) return;
  const { late } = run;
  const over = AbortSignal.any([signal, late]);
  while (!(await answers(`${replica.url}${run.readyPath}`, over))) {
    if (signal.aborted) return;
    if (late.aborted) throw notReady(`${replica.name} was not ready in time: ${replica.lastLine}`);
    // There is nothing to watch on a port that is not open yet.
    await wait(betweenLooksMs);
  }
  replica.isReady = true;
}

/** True for status 200 to 299. Asked as a kubelet asks: without a look at the certificate. */
async function answers(url: string, signal: AbortSignal): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const ask = url.startsWith('https:') ? getSecure : get;
  const asked = ask(url, { signal, agent: false, rejectUnauthorized: false }, (response) => {
    resolve(response.resume().statusCode ?? 0);
  });
  // Nobody listens yet, or it was to end.
  asked.on('error', () => resolve(0));
  const status = await promise;
  return status >= 200 && status < 300;
}

function notReady(message: string): DeployError {
  return new DeployError('rollout-undone', message.replace(/[:\s]+$/, ''), {
    hint: 'All replicas were stopped; mend the cause and run the same command again.',
  });
}
