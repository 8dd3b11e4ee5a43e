import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { kubeconfigOf } from '../kubernetes/api-server.ts';
import { type EndedProgram, type ProgramOptions, runProgram } from './program.ts';

/** Secrets that can be found again wherever they come out. */
export interface MarkedSecrets extends AsyncDisposable {
  /** A value for one place; letters and digits, as base64 and as a password. */
  readonly mark: (place: string) => string;
  /** Takes in a secret that others made: a signature, say. */
  readonly learn: (secret: string) => void;
  /** The places whose secrets stand in a text, as they are or as base64. */
  readonly leaksIn: (text: string) => string[];
  /** The same for the files that the programs left behind, and for the words of processes while they ran. */
  readonly leaksLeft: () => Promise<string[]>;
  /** How large the core files are that crashes left, where the machine writes them to the folder of the program. */
  readonly coreFiles: () => Promise<number[]>;
  /** Writes a kubeconfig. @returns its path. */
  readonly kubeconfig: (user: object, cluster: object) => Promise<string>;
  /** The user of a kubeconfig whose credential plugin says this. */
  readonly plugin: (says: string, status?: number) => Promise<object>;
  /**
   * Runs a program with these settings and none of this machine's, in a folder of its own, where it may leave a core file. What it leaves is looked
   * through in the end.
   */
  readonly run: (
    program: string,
    words: readonly string[],
    env: Environment,
    options?: Pick<ProgramOptions, 'signals' | 'signalWhen'>,
  ) => Promise<EndedProgram>;
}

type Environment = Readonly<Record<string, string | undefined>>;

export async function markedSecrets(): Promise<MarkedSecrets> {
  const start = `Mark${randomBytes(6).toString('hex')}`;
  const secrets = new Map<string, string>();
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-marked-'));
  const given = await mkdtemp(join(tmpdir(), 'selfsame-given-'));
  let files = 0;
  const file = async (text: string, mode: number): Promise<string> => {
    const path = join(given, `${(files += 1)}`);
    await writeFile(path, text, { mode });
    return path;
  };
  const inFolder = await file(
    '#!/bin/sh\nulimit -S -c "$(ulimit -H -c)"\ncd "$HOME" && exec "$MARKED_PROGRAM" "$@"\n',
    0o755,
  );
  const spoken = new Set<string>();
  let isListening = false;

  const formsOf = (secret: string): string[] => {
    const base64 = [secret, `me:${secret}`].map((text) => btoa(text).replace(/=+$/, '').slice(0, -1));
    return [secret, encodeURIComponent(secret), ...base64];
  };
  const leaksIn = (text: string): string[] =>
    [...secrets].flatMap(([place, secret]) => (formsOf(secret).some((form) => text.includes(form)) ? [place] : []));

  /** What every process of this machine was started with. */
  const listen = async (): Promise<void> => {
    // One look at a time.
    if (isListening) return;
    isListening = true;
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      // It may have ended meanwhile.
      const words = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '');
      for (const place of leaksIn(words)) spoken.add(`${place} in the words of ${words.slice(0, 40)}`);
    }
    isListening = false;
  };

  return {
    mark(place) {
      const secret = `${start}${place.replaceAll(/[^A-Za-z0-9]/g, '')}`;
      secrets.set(place, secret.padEnd(Math.ceil(Math.max(secret.length, 32) / 4) * 4, 'x'));
      return secrets.get(place) ?? '';
    },
    learn: (secret) => void secrets.set(`that begins with ${secret.slice(0, 6)}`, secret),
    leaksIn,

    async leaksLeft() {
      const words = [...secrets.values()].flatMap(formsOf).flatMap((form) => ['-e', form]);
      const found = await promisify(execFile)('grep', ['-rlaF', ...words, folder]).catch(
        (error: { code?: number; stdout?: string }) => {
          if (error.code === 1) return { stdout: '' };
          throw error;
        },
      );
      return [...spoken, ...found.stdout.split('\n').filter((path) => path !== '')];
    },

    async coreFiles() {
      const cores = (await readdir(folder)).filter((name) => /^core\b/.test(name));
      return Promise.all(cores.map(async (name) => (await stat(join(folder, name))).size));
    },

    kubeconfig: async (user, cluster) => file(JSON.stringify(kubeconfigOf(cluster, user)), 0o600),

    async plugin(says, status = 0) {
      const command = await file(`#!/bin/sh\ncat <<'END'\n${says}\nEND\nexit ${status}\n`, 0o755);
      return { exec: { apiVersion: 'client.authentication.k8s.io/v1', command, interactiveMode: 'Never' } };
    },

    async run(program, words, env, options) {
      const foreign = Object.keys(process.env).filter((name) =>
        /^(AZURE|AWS|SELFSAME|KUBE|npm_|HOME$)|_proxy$/i.test(name),
      );
      const cleared = Object.fromEntries(foreign.map((name) => [name, undefined]));
      const places = { HOME: folder, XDG_CACHE_HOME: join(folder, 'cache'), TMPDIR: folder, MARKED_PROGRAM: program };
      const listening = setInterval(() => void listen(), 200);
      try {
        return await runProgram(inFolder, words, { ...options, env: { ...cleared, ...places, ...env } });
      } finally {
        clearInterval(listening);
      }
    },

    async [Symbol.asyncDispose]() {
      for (const made of [folder, given]) await rm(made, { recursive: true, force: true });
    },
  };
}

/** Does some things at the same time, as many as this machine can. */
export async function atOnce<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() + 1 }, worker));
}
