import { expect } from '@jest/globals';
import { changedExecutable, helloExecutable } from '../programs/executables.ts';
import { runProgram } from '../programs/program.ts';
import type { CallCounter } from './call-counts.ts';

type Counted = ReturnType<CallCounter['counts']>;

/** Nothing is configured but what is given. */
const nobody = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => /^(AZURE|AWS|SELFSAME_|KUBE)/.test(name))
    .map((name) => [name, undefined]),
);

/**
 * Deploys the example, then its next version, and counts what the second deploy asks the API server.
 *
 * @param words behind `--kubernetes`.
 */
export async function redeployCalls(
  { counts }: Pick<CallCounter, 'counts'>,
  { kubeconfig, words }: { readonly kubeconfig: string; readonly words: readonly string[] },
): Promise<{ readonly total: number; readonly calls: Counted }> {
  const deploy = async (file: string): Promise<void> => {
    const all = ['--kubernetes', '--name', 'hello-world', '--kubeconfig', kubeconfig, ...words];
    expect(await runProgram(file, all, { env: nobody })).toMatchObject({ status: 0 });
  };
  await deploy(helloExecutable);
  const before = new Map(counts().map(({ method, path, count }) => [`${method} ${path}`, count]));
  await deploy(changedExecutable);
  const calls = counts()
    .map((call) => Object.assign({}, call, { count: call.count - (before.get(`${call.method} ${call.path}`) ?? 0) }))
    .filter(({ count }) => count > 0);
  return { calls, total: calls.reduce((sum, { count }) => sum + count, 0) };
}

/**
 * A redeploy that changes the version reads its Deployment twice, and makes 36 calls at most. What is read anew because
 * a slow node had no news for half a minute (a list and a watch) grows with the time that a start takes, and is left out.
 */
export function expectFewCalls({ calls, total }: Awaited<ReturnType<typeof redeployCalls>>): void {
  const reads = calls.filter(({ method, path }) => method === 'GET' && path.endsWith('/deployments/hello-world'));
  expect(reads.map(({ count }) => count)).toEqual([2]);
  const watches = calls.filter(({ path }) => path.endsWith('?watch=true'));
  const anew = watches.reduce((sum, { count }) => sum + 2 * (count - 1), 0);
  const lines = calls.map(({ method, path, count }) => `${count} ${method} ${path}`);
  // Which they are, where they are too many.
  expect(total - anew > 36 ? lines : []).toEqual([]);
}
