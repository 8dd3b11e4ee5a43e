// Threads do not see the executable's file system by themselves, and `fork` starts the executable again.
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { getAssetKeys, getRawAsset } from 'node:sea';
import { pathToFileURL } from 'node:url';
import type { WorkerOptions } from 'node:worker_threads';
import { pathText } from './path-text.ts';
import { projectRoot, startAsset, type StartConfig } from './start-config.ts';

/** What a thread is told before it loads its file. */
export interface ThreadData {
  readonly file: string;
  readonly config: StartConfig;
  /** What the application gave it. */
  readonly data: unknown;
}

const boot = `const { getAsset } = require('node:sea');
const start = { exports: {} };
new Function('module', 'exports', 'require', getAsset(${JSON.stringify(startAsset)}, 'utf8'))(start, start.exports, require);
start.exports.startThread();`;

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
        super(boot, { ...options, eval: true, workerData: thread });
      }
    }
  }
  Object.defineProperty(ThreadOfExecutable, 'name', { value: 'Worker' });
  threads.Worker = ThreadOfExecutable;
  syncBuiltinESMExports();
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

interface MemoryFiles {
  writeFileSync(path: string, content: Buffer): void;
  mkdirSync(path: string, options: { recursive: boolean }): void;
}

/** What is used of Node's `vfs`: https://nodejs.org/api/vfs.html */
interface VfsModule {
  readonly MemoryProvider: new () => MemoryFiles;
  readonly create: (provider: MemoryFiles, options: { emitExperimentalWarning: boolean }) => { mount(): string };
}

/**
 * Mounts the executable's file system in a thread, where Node.js does not. A file takes memory only once it is looked at.
 *
 * @returns where it is mounted: the same path in all threads.
 */
export function mountInThread(): string {
  const { MemoryProvider, create } = createRequire(process.execPath)('node:vfs') as VfsModule;
  const files = new MemoryProvider();
  const waiting = new Map(getAssetKeys().map((name) => [`/${name}`, name]));
  const folders = new Map<string, string[]>();
  for (const path of waiting.keys()) {
    const folder = dirname(path);
    folders.set(folder, [...(folders.get(folder) ?? []), path]);
  }
  for (const folder of folders.keys()) files.mkdirSync(folder, { recursive: true });
  const fill = (path: string): void => {
    const name = waiting.get(path);
    if (name === undefined) return;
    waiting.delete(path);
    files.writeFileSync(path, Buffer.from(getRawAsset(name)));
  };
  const lazy = new Proxy(files, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property);
      if (typeof value !== 'function') return value;
      return (...words: unknown[]): unknown => {
        const [path] = words;
        if (typeof path === 'string') {
          fill(path);
          if (String(property).startsWith('readdir')) for (const each of folders.get(path) ?? []) fill(each);
        }
        return Reflect.apply(value, target, words) as unknown;
      };
    },
  });
  return create(lazy, { emitExperimentalWarning: false }).mount();
}
