import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../src/toolchain/bundle.ts';

/**
 * The types of the public API as the compiler writes them, once for `import` and once for `require`: a declaration file speaks of
 * the kind of module that its name says.
 *
 * @returns paths below `types/` and contents.
 */
export async function packageTypes(): Promise<ReadonlyMap<string, Uint8Array>> {
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-types-'));
  try {
    await emit(folder);
    const found = await reachable(folder, 'index.d.ts');
    const kinds = { '.d.ts': '.js', '.d.cts': '.cjs' } as const;
    return new Map(
      Object.entries(kinds).flatMap(([ending, extension]) =>
        [...found].map(([path, text]) => [
          `types/${path.replace(/\.d\.ts$/, ending)}`,
          Buffer.from(text.replaceAll(relativeImport, (_all, from: string) => `'${from}${extension}'`)),
        ]),
      ),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** In a statement, not in the example of a comment. */
const relativeImport = /(?<=^(?:import|export|\}) .*\bfrom )'(\.{1,2}\/[^']+)\.(?:ts|js)'/gm;

async function emit(folder: string): Promise<void> {
  const config = join(folder, 'tsconfig.json');
  const compilerOptions = {
    declaration: true,
    emitDeclarationOnly: true,
    noEmit: false,
    outDir: folder,
    rootDir: join(root, 'src'),
    typeRoots: [join(root, 'node_modules/@types')],
  };
  const [files, include] = [[join(root, 'src/index.ts')], [join(root, 'src/**/*.d.ts')]];
  await writeFile(config, JSON.stringify({ extends: join(root, 'tsconfig.json'), compilerOptions, files, include }));
  await promisify(execFile)(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '--project', config]);
}

/** The declarations that an entry needs, itself included. */
async function reachable(folder: string, entry: string, found = new Map<string, string>()) {
  if (found.has(entry)) return found;
  const text = await readFile(join(folder, entry), 'utf8');
  found.set(entry, text);
  for (const [, from = ''] of text.matchAll(relativeImport)) {
    await reachable(folder, posix.join(posix.dirname(entry), `${from}.d.ts`), found);
  }
  return found;
}
