import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { exitStatus } from '../../src/shared/errors.ts';
import { hidesSomething } from '../../src/shared/visible.ts';
import { deployerCluster } from '../support/cluster/account.ts';
import type { TestCluster } from '../support/cluster/cluster.ts';
import { mutated, mutations } from '../support/fuzz/mutations.ts';
import { countExecutions, fuzzTimes } from '../support/fuzz/property.ts';
import { fuzzSeed } from '../support/fuzz/seed.ts';
import { kubeconfigOf } from '../support/kubernetes/api-server.ts';
import { gateToCluster } from '../support/kubernetes/gate.ts';
import { helloExecutable } from '../support/programs/executables.ts';
import { mostGrowthMebibytes } from '../support/programs/peak-memory.ts';
import { type EndedProgram, runProgram } from '../support/programs/program.ts';

let place: TestCluster;
let folder: string;

const name = 'mutated';
const deployWords = ['--kubernetes', '--target', 'linux-x64', '--store', 'cluster'];
const commands: readonly (readonly string[])[] = [
  ['self', 'status'],
  ['self', 'logs', '--no-follow'],
  ['self', 'history', '--output', 'json'],
  ['self', 'verify', '--store', 'cluster'],
  ['self', 'diff', ...deployWords.slice(1)],
  ['self', 'doctor'],
  ['self', 'gc', '--dry-run'],
  [...deployWords, '--dry-run'],
];
// 8: verify could not prove it.
const documented: ReadonlySet<number> = new Set([0, 1, 8, ...Object.values(exitStatus)]);

beforeAll(async () => {
  place = await deployerCluster('mutations', [name]);
  folder = await mkdtemp(join(tmpdir(), 'selfsame-test-'));
  const env = { KUBECONFIG: place.kubeconfig };
  const words = [...deployWords, '--no-wait', '--name', name, '--namespace', place.namespace];
  expect(await runProgram(helloExecutable, words, { env })).toMatchObject({ status: 0 });
}, 300_000);
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await place?.close();
}, 60_000);

const samples = fc.sample(fc.record({ nth: fc.nat({ max: 9 }), changes: mutations }), {
  seed: fuzzSeed,
  numRuns: 3 * commands.length * fuzzTimes,
});
const trials = samples.map(({ nth, changes }, index) => {
  const words = commands[index % commands.length] ?? [];
  return { words, nth, changes, index };
});

describe('an API server that answers something else', () => {
  const counts = countExecutions('never is our bug');
  it.concurrent.each(commands)(
    'never is our bug, and takes no more than a little memory: %s %s',
    async (...given) => {
      const own = trials.filter(({ words }) => words.join() === given.join());
      const { peakMebibytes: untouched = 0 } = await askThrough((answer) => answer, { words: given, index: -1 });
      for (const trial of own) {
        const { peakMebibytes = Infinity } = await tryOne(trial);
        counts.executions += 1;
        counts.growthMebibytes = Math.max(counts.growthMebibytes, peakMebibytes - untouched);
      }
      expect(untouched).toBeGreaterThan(50);
      expect(counts.growthMebibytes).toBeLessThan(mostGrowthMebibytes);
    },
    120_000 * fuzzTimes,
  );
});

/** One answer of those that a command asks for is changed. */
async function tryOne({ nth, changes, ...asked }: (typeof trials)[number]): Promise<EndedProgram> {
  let count = 0;
  const ended = await askThrough((answer) => {
    count += 1;
    // Without a version the cluster is none, and nothing else is asked.
    return count === nth + 2 ? mutated(answer, changes) : answer;
  }, asked);
  const trial = { ...asked, nth, changes: JSON.stringify(changes).slice(0, 500), ...ended };
  expect({ ...trial, isDocumented: documented.has(ended.status ?? -1) }).toMatchObject({ isDocumented: true });
  expect({ ...trial, hides: hidesSomething(ended.stderr) }).toMatchObject({ hides: false });
  return ended;
}

/** Runs a command behind whose back answers are changed. */
async function askThrough(
  edit: (answer: unknown) => unknown,
  { words, index }: Pick<(typeof trials)[number], 'words' | 'index'>,
): Promise<EndedProgram> {
  const gate = await gateToCluster(place.kubeconfig);
  gate.edit = edit;
  try {
    const kubeconfig = join(folder, `kubeconfig-${words.join('-').replaceAll('/', '-')}-${index}`);
    await writeFile(kubeconfig, JSON.stringify(kubeconfigOf({ server: `http://127.0.0.1:${gate.port}` }, {})));
    const flags = ['--name', name, '--namespace', place.namespace, '--kubeconfig', kubeconfig];
    return await runProgram(helloExecutable, [...words, ...flags], { env: { TMPDIR: folder }, measuresMemory: true });
  } finally {
    gate.close();
  }
}
