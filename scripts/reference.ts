// npm run reference [-- --check]: writes docs/reference and the tables of the README from the code, or names what is stale.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { referenceOf, staleIn } from '../src/cli/reference/reference.ts';

const root = join(import.meta.dirname, '..');
if (process.argv.includes('--check')) {
  const stale = staleIn(root);
  for (const path of stale) console.log(`${path} is stale: run npm run reference.`);
  process.exitCode = stale.length === 0 ? 0 : 1;
} else {
  for (const [path, text] of Object.entries(referenceOf(root))) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}
