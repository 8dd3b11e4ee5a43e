import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';

/** Copies the sources, with the packages that are here, so that they can be edited. */
export async function copySources(): Promise<string> {
  const root = join(import.meta.dirname, '../../..');
  const checkout = await mkdtemp(join(tmpdir(), 'selfsame-dev-'));
  for (const name of ['LICENSE', 'package.json', 'sea-config.json', 'runner', 'scripts', 'src']) {
    await cp(join(root, name), join(checkout, name), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(checkout, 'node_modules'));
  return checkout;
}

/** Saves a file with another text in the place of one that must be in it. */
export async function edit(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} does not contain ${from}`);
  await writeFile(file, text.replace(from, to));
}

/** `npm run dev` as it runs. */
export interface DevLoop {
  readonly said: readonly string[];
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** The next line that matches; lines before it are passed over. */
  line(pattern: RegExp): Promise<string>;
  /** The address of the next server that answers. */
  answers(): Promise<string>;
  /** Ids of the processes that run the built executable. */
  servers(): Promise<string[]>;
  /** Ids of the processes that work in the checkout. */
  processes(): Promise<string[]>;
  /** Signals the loop and all that stands in the foreground with it, as a terminal does. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
  /** Kills the process that was started, and nothing else. */
  kill(): void;
  /** Waits until no process works in the checkout any more. */
  gone(): Promise<void>;
}

/**
 * Starts it in a copy of the sources.
 *
 * @param options.launched by scripts/launch.mjs, as npm does; default: by itself.
 */
export function startDev(
  checkout: string,
  words: readonly string[],
  { env = {}, launched = false }: { env?: Readonly<Record<string, string>>; launched?: boolean } = {},
): DevLoop {
  const script = launched ? ['scripts/launch.mjs', 'scripts/dev.ts'] : [join(checkout, 'scripts', 'dev.ts')];
  const child: ChildProcess = spawn(process.execPath, [...script, ...words], {
    cwd: checkout,
    env: { ...process.env, ...(launched && { npm_lifecycle_event: 'dev' }), ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const ended = once(child, 'close').then(() => child.exitCode ?? child.signalCode);
  const said: string[] = [];
  let read = 0;
  let wake = (): void => undefined;
  if (child.stderr === null) throw new Error('There is no stderr');
  createInterface(child.stderr).on('line', (line) => {
    said.push(line);
    wake();
  });
  void ended.then(() => wake());
  const line = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      while (read < said.length) {
        const next = said[read] ?? '';
        read += 1;
        if (pattern.test(next)) return next;
      }
      if (child.exitCode !== null) throw new Error(`It ended without ${pattern}:\n${said.join('\n')}`);
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return {
    said,
    ended,
    line,
    answers: async () => urlInLine(await line(/^dev: hello-world answers on /)),
    servers: async () => processesWith('exe', join(checkout, 'dist', 'hello-world')),
    processes: async () => processesWith('cwd', checkout),
    async end(signal) {
      const runs = child.exitCode === null && child.signalCode === null;
      if (runs && child.pid !== undefined) process.kill(-child.pid, signal);
      return ended;
    },
    kill: () => void child.kill('SIGKILL'),
    async gone() {
      while ((await processesWith('cwd', checkout)).length > 0) await wait(20);
    },
  };
}

export function urlInLine(line: string): string {
  return /http:[^ ,]+/.exec(line)?.[0] ?? line;
}

async function processesWith(link: 'exe' | 'cwd', target: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const matches = await Promise.all(
    ids.map(async (id) => {
      try {
        return (await readlink(`/proc/${id}/${link}`)).replace(/ \(deleted\)$/, '') === target;
      } catch (error) {
        // It ended meanwhile, or is one of the kernel's.
        if (['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
        throw error;
      }
    }),
  );
  return ids.filter((_id, index) => matches[index]);
}
