import { isSea } from 'node:sea';
import { digestOfFile, type Digest } from '../shared/digest.ts';
import { hostTarget } from '../shared/target.ts';

/**
 * What `GET /selfsame` answers: which bytes run here. Whoever reaches the application can ask, so it tells nothing of the pod, its node or
 * its process.
 */
export interface Identity {
  readonly name: string;
  /** SHA-256 that the process found when it hashed its own file; null when it runs from source. */
  readonly version: Digest | null;
  /** SHA-256 that the runner found before it started the process; null without a runner. */
  readonly runner: string | null;
  readonly target: string;
}

/**
 * Hashes the file that runs: once, when first asked, and never taken from the environment, so that it proves something.
 *
 * On Linux the file is read through /proc/self/exe, which stays the one that runs when its path is replaced.
 */
export const ownVersion: () => Promise<Digest | undefined> = once(async () =>
  isSea() ? digestOfFile(ownFile()) : undefined,
);

/** The running executable's own file. */
export function ownFile(): string {
  return process.platform === 'linux' ? '/proc/self/exe' : process.execPath;
}

export async function identityOf(name: string): Promise<Identity> {
  return {
    name,
    version: (await ownVersion()) ?? null,
    runner: process.env['SELFSAME_RUNNER_SHA256'] ?? null,
    target: hostTarget() ?? `${process.platform}-${process.arch}`,
  };
}

/** What `GET /selfsame/start` answers: how this process came up. It hashes nothing, so asking costs a pod nothing. */
export interface ProcessStart {
  /** Since the process began, in milliseconds: an age needs no common clock. */
  readonly ageMs: number;
  /** What the runner took to fetch and to verify, in milliseconds; null without a runner. */
  readonly runnerMs: { readonly fetch: number; readonly verify: number } | null;
  /** What the runner fetched over the network, in bytes; null without a runner. */
  readonly fetchedBytes: number | null;
}

export function startOfProcess(): ProcessStart {
  return { ageMs: Math.round(process.uptime() * 1000), ...reportedByRunner() };
}

function reportedByRunner(): Omit<ProcessStart, 'ageMs'> {
  const [, fetch, verify] = /^fetch=(\d+) verify=(\d+)$/.exec(process.env['SELFSAME_RUNNER_TIMES'] ?? '') ?? [];
  const bytes = process.env['SELFSAME_RUNNER_BYTES'] ?? '';
  return {
    runnerMs: fetch === undefined ? null : { fetch: Number(fetch), verify: Number(verify) },
    fetchedBytes: /^\d+$/.test(bytes) ? Number(bytes) : null,
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
