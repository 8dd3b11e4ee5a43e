// Threads do not see the executable's file system by themselves, and `fork` starts the executable again.
import Module, { createRequire, syncBuiltinESMExports } from 'node:module';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { WorkerOptions } from 'node:worker_threads';
import { pathText } from './path-text.ts';
import { bootText, projectRoot, type StartConfig } from './start-config.ts';

/** What a thread is told before it loads its file. */
export interface ThreadData {
  readonly file: string;
  readonly config: StartConfig;
  /** What the application gave it. */
  readonly data: unknown;
}

const boot = bootText('startThread()');

/** Lets threads load files of the executable's file system. */
export function startThreadsIn(root: string, config: StartConfig): void {
  const threads = process.getBuiltinModule('node:worker_threads');
  class ThreadOfExecutable extends threads.Worker {
    constructor(file: string | URL, options: WorkerOptions = {}) {
      const path = pathText(typeof file === 'string' && file.startsWith('file:') ? new URL(file) : file);
      if (options.eval === true || path === undefined || !path.startsWith(`${root}/`)) {
        super(file, options);
      } else {
        const thread: ThreadData = { file: bundleOf(path, root, config), config, data: options.workerData };
        super(boot, { ...options, ...withFiles(options), eval: true, workerData: thread });
      }
    }
  }
  Object.defineProperty(ThreadOfExecutable, 'name', { value: 'Worker' });
  threads.Worker = ThreadOfExecutable;
  syncBuiltinESMExports();
}

/** Arguments of its own stand for those of the executable, by which Node.js has file systems. */
function withFiles({ execArgv }: WorkerOptions): WorkerOptions {
  return execArgv === undefined ? {} : { execArgv: ['--experimental-vfs', ...execArgv] };
}

/** The bundle of a module that is started by its place; any other file as it is. */
export function bundleOf(path: string, root: string, { modules }: StartConfig): string {
  const place = relative(join(root, projectRoot), path).replaceAll('\\', '/');
  const bundle = modules[place];
  return bundle === undefined ? path : join(root, projectRoot, bundle);
}

/** Loads a file as the main one of this thread or process. */
export function loadMain(file: string): void {
  if (file.endsWith('.mjs')) void import(pathToFileURL(file).href);
  else createRequire(file)(file);
}

/** Does as `loadMain` for a file that is there. To look for it takes 2 ms. */
export function loadBundle(file: string): void {
  if (file.endsWith('.mjs')) {
    loadMain(file);
    return;
  }
  const main = new Module(file) as Module & { load(file: string): void };
  createRequire(file).cache[file] = main;
  main.load(file);
}
