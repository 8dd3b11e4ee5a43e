import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

/**
 * Lets native add-ons be loaded from the executable. Node.js loads one from memory, under a name that the next one would have, too, for which the
 * system's loader would then hand out the first; and it finds shared libraries in real folders alone. So only the first is left to
 * Node.js: others lie in a temporary folder while they are loaded.
 *
 * @param root where the executable's file system is mounted.
 * @param names of all its files, from there.
 */
export function loadNativesFrom(
  root: string,
  names: readonly string[],
  { isThread }: { readonly isThread: boolean },
): void {
  const load = process.dlopen.bind(process);
  // Threads share the names, and not what is counted here.
  let isFirst = !isThread;
  process.dlopen = (module: object, filename: string, ...rest: number[]): void => {
    const isInside = filename.startsWith(`${root}/`);
    const libraries = isInside ? sharedLibraries(names) : [];
    if (!isInside || (isFirst && libraries.length === 0)) {
      if (isInside) isFirst = false;
      return Reflect.apply(load, undefined, [module, filename, ...rest]) as void;
    }
    const folder = mkdtempSync(join(tmpdir(), 'selfsame-native-'));
    try {
      for (const name of libraries) place(join(folder, name), readFileSync(join(root, name)));
      const file = join(folder, relative(root, filename));
      place(file, readFileSync(filename));
      Reflect.apply(load, undefined, [module, file, ...rest]);
    } finally {
      // What is loaded needs its files no more.
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

/** Those of this architecture. */
function sharedLibraries(names: readonly string[]): string[] {
  const other = process.arch === 'x64' ? /linux-arm64/ : /linux-x64/;
  return names.filter((name) => /\.so(?:\.[\d.]+)?$/.test(name) && !other.test(name));
}

function place(path: string, content: Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content, { mode: 0o700 });
}
