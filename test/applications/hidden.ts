import { join } from 'node:path';
import { root } from '../../src/toolchain/bundle.ts';

/**
 * The words that run a program where folders of the build machine look empty: its project, and our sources and packages.
 *
 * @param words the program and its own.
 */
export function hidden(words: readonly string[], project: string): string[] {
  const folders = [project, ...['node_modules', 'src', 'test'].map((name) => join(root, name))];
  const isRoot = process.getuid?.() === 0;
  const script = 'while [ "$1" != -- ]; do mount -t tmpfs none "$1" || exit 99; shift; done; shift; exec "$@"';
  return [
    'unshare',
    ...(isRoot ? [] : ['--user', '--map-root-user']),
    '--mount',
    'sh',
    '-c',
    script,
    'sh',
    ...folders,
    '--',
    ...words,
  ];
}
