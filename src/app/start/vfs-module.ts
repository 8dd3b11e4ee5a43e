// What is used of Node's `vfs`, which Node's types do not have yet: https://nodejs.org/api/vfs.html

export interface Stats {
  size: number | bigint;
  blocks: number | bigint;
}

export interface StatOptions {
  readonly bigint?: boolean;
}

export interface ListOptions {
  readonly recursive?: boolean;
  readonly withFileTypes?: boolean;
}

export interface FolderOptions {
  readonly recursive?: boolean;
  readonly mode?: number;
}

type ReadEncoding = BufferEncoding | 'buffer' | null;
export type FileReadOptions = ReadEncoding | { readonly encoding?: ReadEncoding; readonly flag?: string };

export type Position = number | bigint | null | undefined;

/** A file that was opened. */
export interface Handle {
  position: number;
  readonly closed: boolean;
  readSync(buffer: Uint8Array, offset: number, length: number, position: Position): number;
  readFileSync(options?: FileReadOptions): Buffer | string;
  statSync(options?: StatOptions): Stats;
}

/** What is used of a provider of Node's `vfs`. Paths begin with a slash. */
export interface Provider {
  openSync(path: string, flags: string | number, mode?: number): Handle;
  mkdirSync(path: string, options?: FolderOptions): unknown;
  statSync(path: string, options?: StatOptions): Stats;
  readdirSync(path: string, options?: ListOptions): unknown;
  readlinkSync(path: string, options?: unknown): unknown;
  readFileSync(path: string, options?: FileReadOptions): Buffer | string;
}

export interface MemoryFiles extends Provider {
  writeFileSync(path: string, content: Uint8Array, options: { mode: number }): void;
  setReadOnly(): void;
}

export interface VfsModule {
  readonly VirtualProvider: new () => Provider;
  readonly MemoryProvider: new () => MemoryFiles;
  readonly create: (provider: Provider, options: { emitExperimentalWarning: boolean }) => { mount(): string };
}
