import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { getAssetKeys, getRawAsset } from 'node:sea';

/**
 * Native add-ons with shared libraries beside them: the system's loader finds those in real folders alone, so that they lie in a temporary one while
 * they are loaded. Those without are loaded from memory by Node.js itself.
 *
 * @param root where the executable's file system is mounted.
 */
export function loadNativesFrom(root: string): void {
  const load = process.dlopen.bind(process);
  process.dlopen = (module: object, filename: string, ...rest: number[]): void => {
    const libraries = filename.startsWith(`${root}/`) ? sharedLibraries() : [];
    if (libraries.length === 0) return Reflect.apply(load, undefined, [module, filename, ...rest]) as void;
    const folder = mkdtempSync(join(tmpdir(), 'selfsame-native-'));
    try {
      for (const name of libraries) place(join(folder, name), Buffer.from(getRawAsset(name)));
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
function sharedLibraries(): string[] {
  const other = process.arch === 'x64' ? /linux-arm64/ : /linux-x64/;
  return getAssetKeys().filter((name) => /\.so(?:\.[\d.]+)?$/.test(name) && !other.test(name));
}

function place(path: string, content: Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content, { mode: 0o700 });
}
