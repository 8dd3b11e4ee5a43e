import { buildHere } from '../scripts/build.ts';

/** Before all tests: the executables of test/executables.ts, as a user would build them. */
export default async function setup(): Promise<void> {
  for (const name of ['changed', 'busy', 'busy-changed']) await buildHere(`test/fixtures/${name}.ts`);
  // Last, so that the bundles that stay in dist/ are those of the example.
  await buildHere();
}
