// npm run check: types, lint, format, dead code and the reference, in one command. `--fix` writes what can be fixed.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** A development tool's own start file, since bin links are off. */
function binOf(name: string, command = name): string {
  const manifest = findManifest(name);
  const { bin } = require(manifest) as { bin: string | Record<string, string> };
  return join(dirname(manifest), typeof bin === 'string' ? bin : (bin[command] ?? ''));
}

function findManifest(name: string): string {
  return join(import.meta.dirname, '..', 'node_modules', name, 'package.json');
}

const fix = process.argv.includes('--fix');
const steps: [title: string, file: string, args: string[]][] = [
  ['types', binOf('typescript', 'tsc'), ['--noEmit']],
  ['lint', binOf('oxlint'), ['--type-aware', '--deny-warnings', ...(fix ? ['--fix'] : [])]],
  ['format', binOf('oxfmt'), fix ? [] : ['--check']],
  ['dead code', binOf('knip'), ['--no-progress']],
  ['reference', join(import.meta.dirname, 'reference.ts'), fix ? [] : ['--check']],
];

// oxlint looks for its type-aware half among the bin links, which are off here.
const env = { ...process.env, OXLINT_TSGOLINT_PATH: binOf('oxlint-tsgolint', 'tsgolint') };

let failed = 0;
for (const [title, file, args] of steps) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], { encoding: 'utf8', env });
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${title}`);
  if (status !== 0) {
    failed += 1;
    console.log(`${stdout}${stderr}`);
  }
}
process.exitCode = failed === 0 ? 0 : 1;
