// Where the tests get a cluster from, and how it comes up: `npm test` does that once, a single test file by itself.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** What gives a cluster. */
export interface ClusterSource {
  /** For people. */
  readonly words: string;
  /** Tells it apart from other clusters on this machine; absent where it is not ours to start. */
  readonly id?: string;
  /**
   * Starts it, or finds that it runs.
   *
   * @returns the path of its kubeconfig.
   */
  up(): Promise<string>;
  /** Removes it, with whatever a start that failed has left. */
  down(): Promise<void>;
}

type Environment = Readonly<Record<string, string | undefined>>;

export const kindName = 'selfsame-test';

/** The cluster of KUBECONFIG, or of the command in SELFSAME_TEST_CLUSTER, or kind's where Docker runs; undefined if there is none. */
export function clusterSource(environment: Environment = process.env): ClusterSource | undefined {
  const { KUBECONFIG: given, SELFSAME_TEST_CLUSTER: command } = environment;
  if (given) return { words: 'KUBECONFIG', up: async () => given, down: async () => undefined };
  if (command) return commandSource(command);
  const docker = spawnSync('docker', ['info'], { stdio: 'ignore' }).status === 0;
  return docker && spawnSync('kind', ['version'], { stdio: 'ignore' }).status === 0 ? kindSource : undefined;
}

function commandSource(command: string): ClusterSource {
  return {
    words: 'the command in SELFSAME_TEST_CLUSTER',
    id: command,
    async up() {
      await run(command, ['up']);
      const said = await run(command, ['env']);
      const [, file] = /KUBECONFIG=(.+)/.exec(said) ?? [];
      if (file === undefined) throw new Error(`"${command} env" does not print KUBECONFIG=FILE`);
      return file.trim();
    },
    async down() {
      await run(command, ['down']);
    },
  };
}

const kindSource: ClusterSource = {
  words: 'kind',
  id: 'kind',
  async up() {
    const clusters = await run('kind', ['get', 'clusters']);
    if (!clusters.split('\n').includes(kindName))
      await run('kind', ['create', 'cluster', '--name', kindName, '--wait', '2m']);
    const file = join(import.meta.dirname, '../../../dist/kind-kubeconfig');
    await mkdir(dirname(file), { recursive: true });
    await run('kind', ['export', 'kubeconfig', '--name', kindName, '--kubeconfig', file]);
    return file;
  },
  async down() {
    await run('kind', ['delete', 'cluster', '--name', kindName]);
  },
};

/**
 * Brings a cluster up. If it fails it is taken down and tried once more: a run that was killed may have left it half way up.
 *
 * @returns the path of its kubeconfig.
 * @throws {Error} with what the commands said.
 */
export async function bringUp(source: ClusterSource, say: (line: string) => void): Promise<string> {
  try {
    return await source.up();
  } catch (error) {
    if (source.id === undefined) throw error;
    say(`${messageOf(error)}\nThe cluster is taken down, and tried once more.`);
  }
  await source.down();
  return source.up();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Longer than installing everything takes on a slow line. */
const longestMs = 15 * 60_000;

/** Runs a command to its end. What it starts in the background may go on, and hold its output: so that is a file. */
async function run(command: string, words: readonly string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-cluster-'));
  const file = join(folder, 'output');
  try {
    const output = await open(file, 'w');
    const child = spawn(command, words, { stdio: ['ignore', output.fd, output.fd], timeout: longestMs });
    const [status, signal] = (await once(child, 'exit').finally(() => output.close())) as [
      number | null,
      string | null,
    ];
    const said = await readFile(file, 'utf8');
    if (status === 0) return said;
    const how = signal === null ? `status ${status}` : signal;
    throw new Error(`"${command} ${words.join(' ')}" ended with ${how}:\n${said.slice(-4000).trimEnd()}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
