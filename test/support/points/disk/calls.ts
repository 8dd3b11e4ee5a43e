import { join } from 'node:path';

/** A call of a program that changes something below a folder, and how strace comes to it again. */
export interface DiskCall {
  readonly service: 'disk';
  /** Without what differs from run to run, e.g. `rename cache/selfsame/runtimes/*.tmp`. */
  readonly call: string;
  readonly name: string;
  /** Below the folder, where it is the same in every run but for `anyNamespace`: calls on other paths are not counted. */
  readonly path?: string | undefined;
  /** Which of the calls of its thread that strace counts, from 1. */
  readonly when: number;
  /** What had been written below the folder before. */
  readonly bytesBefore: number;
}

const onPaths = ['mkdir', 'rename', 'link', 'symlink', 'unlink', 'rmdir', 'chmod', 'truncate'] as const;
const onFolders = ['openat', 'unlinkat', 'mkdirat', 'renameat2', 'utimensat'] as const;
const onFiles = ['write', 'pwrite64', 'writev', 'ftruncate', 'fchmod', 'fsync', 'fdatasync', 'close'] as const;

/** All that strace has to look at. */
export const tracedCalls: readonly string[] = [...onPaths, ...onFolders, ...onFiles];

export const creates: ReadonlySet<string> = new Set(['openat', 'mkdir', 'mkdirat', 'rename', 'link', 'symlink']);
export const removes: ReadonlySet<string> = new Set(['unlink', 'unlinkat', 'rmdir']);
export const writes: ReadonlySet<string> = new Set(['write', 'pwrite64', 'writev']);

/**
 * The calls of a recorded run that change something below a folder. Left out are what is done in the scratch folder, which is TMPDIR, where files of
 * random names are opened and closed, and what is done on one after another thread has made as many such calls: strace would have that one fail.
 *
 * @param record what `strace -f -y` has written.
 * @param scratch the part of it that nothing is expected of.
 */
export function callsIn(record: string, folder: string, scratch: string): DiskCall[] {
  const counts = new Map<string, number>();
  const count = (key: string): number => {
    counts.set(key, (counts.get(key) ?? 0) + 1);
    return counts.get(key) ?? 0;
  };
  const written = new Set<string>();
  const reached = new Set<string>();
  let bytesBefore = 0;
  return record.split('\n').flatMap((line): DiskCall[] => {
    const [, thread = '', name = '', args = ''] = entering.exec(line) ?? [];
    const path = pathIn(name, args);
    if (path === undefined) return [];
    const [ofThread, ofPath] = [count(`${thread} ${name}`), count(`${thread} ${name} ${path}`)];
    const isReachedBefore = reached.has(`${name} ${ofThread}`);
    reached.add(`${name} ${ofThread}`);
    if (!path.startsWith(`${folder}/`) || path.startsWith(scratch)) return [];
    if (name === 'openat' && !/O_WRONLY|O_RDWR|O_CREAT/.test(args)) return [];
    if (name === 'openat') written.add(path);
    if (name === 'close' && !written.has(path)) return [];
    const call = textOf({ name, path, folder });
    const at = isRandom(path)
      ? { when: ofThread }
      : { when: ofPath, path: path.slice(folder.length + 1).replace(namespace, anyNamespace) };
    const found: DiskCall = { service: 'disk', call, name, ...at, bytesBefore };
    if (writes.has(name)) bytesBefore += bytesIn(args);
    // Where strace counts calls on other files, too, all but the rare ones come in another order each time.
    if (isRandom(path) && ['openat', 'close'].includes(name)) return [];
    return isRandom(path) && !writes.has(name) && isReachedBefore ? [] : [found];
  });
}

/** In the name of a temporary file. */
const namespace = /(?<=(?:^|\/)\.[^/]*-)\d+(?=-\d+-\d+\.tmp$)/;
/** In a path: the number of the pid namespace of who made it. */
export const anyNamespace = 'NAMESPACE';

const entering = /^(\d+) +(\w+)\((.*)$/;

/** The call that strace had fail, as a point names it; undefined where there was none. */
export function failedCall(record: string, folder: string): string | undefined {
  const lines = record.split('\n');
  const at = lines.findIndex((line) => line.endsWith('(INJECTED)'));
  return at < 0 ? undefined : lastCall(lines.slice(0, at + 1), folder);
}

/** The last calls of the threads that were killed, of which the point is one: strace does not say which. */
export function killedCalls(record: string, folder: string): (string | undefined)[] {
  const lines = record.split('\n');
  const ends = lines.flatMap((line, at) => (line.endsWith('+++ killed by SIGKILL +++') ? [at] : []));
  return ends.map((at) => lastCall(lines.slice(0, at + 1), folder));
}

/** The last call of the thread of the last line. */
function lastCall(lines: readonly string[], folder: string): string | undefined {
  const thread = /^\d+ /.exec(lines.at(-1) ?? '')?.[0] ?? '?';
  const line = lines.findLast((each) => each.startsWith(thread) && entering.test(each));
  const [, , name = '', args = ''] = entering.exec(line ?? '') ?? [];
  const path = pathIn(name, args);
  return path === undefined ? undefined : textOf({ name, path, folder });
}

/** The first path of a call; undefined where it is on none. */
function pathIn(name: string, args: string): string | undefined {
  const [, folder, below] = /^(?:AT_FDCWD|\d+)<([^>]*)>(?:, "([^"]*)")?/.exec(args) ?? [];
  if (folder === undefined) return /^"([^"]*)"/.exec(args)?.[1];
  const isFolder = onFolders.some((each) => each === name);
  if (!isFolder || below === undefined) return folder;
  return below.startsWith('/') ? below : join(folder, below);
}

function bytesIn(args: string): number {
  return Number(/, (\d+)(?:, \d+)?(?:\)| <unfinished)/.exec(args)?.[1] ?? 0);
}

const random = /(?<=\/\.selfsame-)[^/]*-\d+-\w{6}(?=\/|$)/g;

function isRandom(path: string): boolean {
  return path.search(random) >= 0;
}

function textOf({ name, path, folder }: { name: string; path: string; folder: string }): string {
  const text = path
    .replace(folder, '')
    .replaceAll(random, '*')
    .replaceAll(/[0-9a-f]{64}/g, '*')
    .replaceAll(/\/\.([^/]*)-\d+-\d+\.tmp/g, '/*.tmp')
    .slice(1);
  return `${name} ${text}`;
}
