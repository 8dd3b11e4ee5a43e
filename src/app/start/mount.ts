// The executable's file system. Node.js has one of its own for executables (`useVfs`), which at each start, and in the main thread alone, takes
// 20 µs and 6 kB for each file, used or not (26.10). This one looks at a file when somebody asks for it.
import { constants, Dirent } from 'node:fs';
import { createRequire } from 'node:module';
import { posix } from 'node:path';
import { getRawAsset } from 'node:sea';
import { readAs, withContent } from './open-file.ts';
import type {
  FolderOptions,
  Handle,
  ListOptions,
  MemoryFiles,
  Provider,
  FileReadOptions,
  StatOptions,
  Stats,
  VfsModule,
} from './vfs-module.ts';
import { type Archive, type ArchivePart, filesAsset, readArchive } from '../../shared/archive.ts';

const [readable, visible] = [0o444, 0o555];

/** What an executable carries, mounted. */
export interface MountedFiles {
  /** Where: the same path in all threads. */
  readonly root: string;
  /** Paths from there. */
  readonly names: readonly string[];
}

/** Mounts the files of the executable, in this thread. */
export function mountFiles(): MountedFiles {
  const vfs = createRequire(process.execPath)('node:vfs') as VfsModule;
  // The executable's own memory, which is not to be written to.
  const bytes = new Uint8Array(getRawAsset(filesAsset));
  const { files } = readArchive(bytes);
  const root = vfs.create(carriedFiles(vfs, bytes, files), { emitExperimentalWarning: false }).mount();
  return { root, names: [...files.keys()] };
}

/** How Node.js answers is left to a file system in its memory, which is given what is asked for, and no more. */
function carriedFiles(
  { VirtualProvider, MemoryProvider }: VfsModule,
  bytes: Uint8Array,
  archived: Archive['files'],
): Provider {
  const folders = foldersOf(archived.keys());
  const partOf = (path: string): ArchivePart | undefined => archived.get(path.slice(1));
  const isFile = (path: string): boolean => archived.has(path.slice(1));
  const contentOf = (path: string): Buffer => {
    const { start, end } = partOf(path) ?? { start: 0, end: 0 };
    return Buffer.from(bytes.buffer, start, end - start);
  };
  // Made once somebody asks.
  let numbers: Map<string, number> | undefined;
  let listed: Map<string, string[]> | undefined;
  const numberOf = (path: string): number => {
    numbers ??= new Map([...archived.keys()].map((name, index) => [`/${name}`, index + 1]));
    return numbers.get(path) ?? 0;
  };

  const none = new MemoryProvider();
  none.setReadOnly();
  const any = new MemoryProvider();
  any.mkdirSync('/folder', { recursive: true, mode: visible });
  any.writeFileSync('/file', Buffer.alloc(0), { mode: readable });

  /** Paths of what lies in a folder. */
  const inFolder = (folder: string, isRecursive: boolean): string[] => {
    listed ??= childrenOf([...Array.from(archived.keys(), (name) => `/${name}`), ...folders]);
    const children = listed.get(folder) ?? [];
    return isRecursive ? children.flatMap((child) => [child, ...inFolder(child, true)]) : children;
  };
  /** Whether it is a file, a folder or not there is all that matters. */
  const at = (path: string): MemoryFiles => {
    if (!isFile(path) && !folders.has(path)) return none;
    const one = new MemoryProvider();
    const safe = safeOf(path);
    one.mkdirSync(isFile(path) ? posix.dirname(safe) : safe, { recursive: true, mode: visible });
    if (isFile(path)) one.writeFileSync(safe, Buffer.alloc(0), { mode: readable });
    one.setReadOnly();
    return one;
  };

  /* oxlint-disable typescript/require-await -- Node.js wants promises of them */
  return new (class CarriedFiles extends VirtualProvider {
    readonly readonly = true;

    existsSync(path: string): boolean {
      return isFile(path) || folders.has(path);
    }

    override statSync(path: string, options?: StatOptions): Stats {
      if (folders.has(path)) return any.statSync('/folder', options);
      const part = partOf(path);
      if (part === undefined) return none.statSync(path, options);
      const stats = any.statSync('/file', options);
      const size = part.end - part.start;
      const numeral = options?.bigint === true ? BigInt : Number;
      return Object.assign(stats, {
        size: numeral(size),
        blocks: numeral(Math.ceil(size / 512)),
        ino: numeral(numberOf(path)),
      });
    }

    override openSync(path: string, flags: string | number, mode?: number): Handle {
      const handle = at(path).openSync(safeOf(path), flags, mode);
      return withContent(handle, contentOf(path), (options) => this.statSync(path, options));
    }

    override readFileSync(path: string, options?: FileReadOptions): Buffer | string {
      const { flag = 'r' } = typeof options === 'string' ? {} : (options ?? {});
      return isFile(path) && flag === 'r' ? readAs(contentOf(path), options) : super.readFileSync(path, options);
    }

    override readdirSync(path: string, options?: ListOptions): unknown {
      if (!folders.has(path)) return at(path).readdirSync(safeOf(path), options);
      const paths = inFolder(path, options?.recursive === true);
      const nameOf = (each: string): string => posix.relative(path, each);
      if (options?.withFileTypes !== true) return paths.map(nameOf);
      return paths.map((each) => direntOf(nameOf(each), isFile(each), path));
    }

    override readlinkSync(path: string, options?: unknown): unknown {
      return at(path).readlinkSync(safeOf(path), options);
    }

    override mkdirSync(path: string, options?: FolderOptions): unknown {
      return folders.has(path) && options?.recursive === true ? undefined : super.mkdirSync(path, options);
    }

    async mkdir(path: string, options?: FolderOptions): Promise<unknown> {
      return this.mkdirSync(path, options);
    }

    async stat(path: string, options?: StatOptions): Promise<Stats> {
      return this.statSync(path, options);
    }

    async open(path: string, flags: string | number, mode?: number): Promise<Handle> {
      return this.openSync(path, flags, mode);
    }

    async readFile(path: string, options?: FileReadOptions): Promise<unknown> {
      return this.readFileSync(path, options);
    }

    async readdir(path: string, options?: ListOptions): Promise<unknown> {
      return this.readdirSync(path, options);
    }

    async readlink(path: string, options?: unknown): Promise<unknown> {
      return this.readlinkSync(path, options);
    }
  })();
}

/** A file system in memory takes a backslash for the end of a name. */
function safeOf(path: string): string {
  return path.replaceAll('\\', '_');
}

function direntOf(name: string, isFile: boolean, folder: string): Dirent {
  const kinds = constants as unknown as { readonly UV_DIRENT_FILE: number; readonly UV_DIRENT_DIR: number };
  const Made = Dirent as unknown as new (name: string, kind: number, folder: string) => Dirent;
  return new Made(name, isFile ? kinds.UV_DIRENT_FILE : kinds.UV_DIRENT_DIR, folder);
}

/** @param names of files, without the slash with which paths begin. */
function foldersOf(names: Iterable<string>): Set<string> {
  const folders = new Set(['/']);
  for (const name of names) {
    for (let folder = posix.dirname(`/${name}`); !folders.has(folder); folder = posix.dirname(folder))
      folders.add(folder);
  }
  return folders;
}

/** By folder what lies in it, in the order of names: who loads all files of a folder does it in the order of the list. */
function childrenOf(paths: readonly string[]): Map<string, string[]> {
  const children = new Map<string, string[]>();
  for (const path of paths.toSorted()) {
    if (path === '/') continue;
    const folder = posix.dirname(path);
    const known = children.get(folder);
    if (known === undefined) children.set(folder, [path]);
    else known.push(path);
  }
  return children;
}
