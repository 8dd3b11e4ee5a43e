import { stop } from 'esbuild';
import { buildHere } from '../src/toolchain/clone.ts';

/** Before all tests: the executables of support/programs/executables.ts, as a user would build them. `npm test` does it once for all parts. */
export default async function setup(): Promise<void> {
  if (process.env['SELFSAME_TEST_BUILT'] !== undefined) return;
  for (const name of ['changed', 'busy', 'busy-changed']) await buildHere(`test/fixtures/${name}.ts`);
  // Last, so that the bundles that stay in dist/ are those of the example.
  await buildHere();
  // Its process would stay as long as this one.
  await stop();
}
