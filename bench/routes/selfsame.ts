// (d) and (e): `npm run dev -- --kubernetes` as it is, with the plain runner image or with the one that holds the runtime.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { copySources } from '../../test/support/programs/dev-loop.ts';
import { cpuRequest, replicas } from './objects.ts';
import { editGreeting, type Route, type RouteWorld } from './route.ts';
import { watchTree } from '../tools/run-tool.ts';
import { builtLine } from './words.ts';

export interface SelfsameOptions {
  readonly name: string;
  readonly what: string;
  readonly runnerImage: string;
}

/** A moment that a line of the dev loop tells of. */
type Moment = 'built' | 'stored' | 'applied' | 'deployed';

const lines: readonly (readonly [Moment, RegExp])[] = [
  ['built', /^dev: Built /],
  ['stored', / is stored/],
  ['applied', /Applied: |Nothing to change on the cluster/],
  ['deployed', /^dev: Deployed/],
];

export async function selfsameRoute(world: RouteWorld, options: SelfsameOptions): Promise<Route> {
  const { place, store, signal } = world;
  const { name, what, runnerImage } = options;
  const checkout = await copySources();
  const source = join(checkout, 'src/hello-world.ts');
  const flags = {
    '--name': name,
    '--replicas': String(replicas),
    '--namespace': place.namespace,
    '--target': 'linux-x64',
    '--cpu-request': cpuRequest,
    '--runner-image': runnerImage,
  };
  let child: ReturnType<typeof start> | undefined;

  return {
    name,
    what,
    async change(text) {
      await editGreeting(source, text);
      child ??= start();
      const { seen, peakBytes } = await child.deployed();
      const { at: builtAt = NaN, line = '' } = seen.get('built') ?? {};
      const { totalMs, bundleMs } = builtLine(line);
      const [stored, applied] = [seen.get('stored'), seen.get('applied')];
      if (stored === undefined || applied === undefined) throw new Error(`${name} did not say what it did`);
      return {
        bundledAt: builtAt - totalMs + bundleMs,
        packagedAt: builtAt,
        availableAt: stored.at,
        appliedAt: applied.at,
        peakBytes,
      };
    },
    async traffic() {
      const { deployer, runner } = await store.counts();
      return { sentBytes: deployer.receivedBytes, pulledBytes: runner.sentBytes };
    },
    async close() {
      await child?.end();
      await rm(checkout, { recursive: true });
    },
  };

  /** Starts the loop; it deploys at once, and then whenever the source changes. */
  function start() {
    const words = [join(checkout, 'scripts/dev.ts'), '--kubernetes', ...Object.entries(flags).flat()];
    const loop = spawn(process.execPath, words, {
      cwd: checkout,
      env: {
        ...process.env,
        KUBECONFIG: place.kubeconfig,
        AZURE_STORAGE_CONNECTION_STRING: store.connectionString,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
      // Ctrl-C reaches it through us, once nobody needs what it deployed to any longer.
      detached: true,
    });
    const ended = once(loop, 'exit');
    const tree = watchTree(loop.pid ?? 0);
    const said: string[] = [];
    let seen = new Map<Moment, { at: number; line: string }>();
    let wake: (error?: Error) => void = () => undefined;
    createInterface(loop.stderr).on('line', (line) => {
      said.push(line);
      const [moment] = lines.find(([, pattern]) => pattern.test(line)) ?? [];
      if (moment !== undefined) seen.set(moment, { at: performance.now(), line });
      if (moment === 'deployed') wake();
      if (/^dev: .*(?:error:|ended with)/.test(line)) wake(new Error(said.slice(-10).join('\n')));
    });
    void ended.then(() => wake(new Error(`The loop ended:\n${said.slice(-10).join('\n')}`)));
    return {
      async deployed() {
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        tree.reset();
        wake = (error) => (error ? reject(error) : resolve());
        const abort = (): void => reject(signal.reason as Error);
        signal.addEventListener('abort', abort, { once: true });
        await promise.finally(() => signal.removeEventListener('abort', abort));
        const all = seen;
        seen = new Map();
        return { seen: all, peakBytes: tree.peakBytes() };
      },
      async end() {
        tree.close();
        if (loop.exitCode === null) loop.kill('SIGINT');
        await ended;
      },
    };
  }
}
