// The `selfsame` command of the npm package, bundled to bin/selfsame.js.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

// First, since packages look for what it fills in when they are loaded.
await import('../../src/shared/older-node.ts');
const { loadOwnEsbuild, refuseWithoutEsbuild } = await import('./own-esbuild.ts');
const hasEsbuild = await loadOwnEsbuild();
const [{ publishedHalves }, { runSelfsame }] = await Promise.all([
  import('../../src/toolchain/published-halves.ts'),
  import('./run-selfsame.ts'),
]);

const folder = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(await readFile(`${folder}package.json`, 'utf8')) as { version: string };
await runSelfsame(process.argv.slice(2), {
  version,
  halves: () => (hasEsbuild ? publishedHalves(folder) : refuseWithoutEsbuild()),
});
