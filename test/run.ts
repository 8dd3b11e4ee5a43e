// npm test: the checks, then every test. Ends with the plain line `N passed, N failed`.
// npm test -- [--part=unit|services|cluster|outage|alone]... [WORDS FOR JEST]
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { onOrphaned } from '../src/toolchain/dev/dev-guard.ts';
import { bringUp, clusterSource, type ClusterSource } from './support/cluster/cluster-source.ts';
import { loadServerImage } from './support/cluster/cluster.ts';
import { loadRunnerImage } from './support/cluster/runner-image.ts';
import { loadStockImage } from './support/cluster/stock-image.ts';
import { clusterCommandFor } from './support/run/cluster-command.ts';
import { guardRun } from './support/run/guard.ts';
import { runPart } from './support/run/jest-part.ts';
import { leftovers, makeRunFolder, removeLeftovers } from './support/run/leftovers.ts';
import { machineLock } from './support/run/machine-lock.ts';
import { jestWords, partOf, readWords, type TestPart } from './support/run/parts.ts';
import { missingPrivilege } from './support/run/privileges.ts';
import { slowestLines, type Counted } from './support/run/report.ts';
import { installMissing } from './support/run/system-packages.ts';
import setup from './setup.ts';

const root = join(import.meta.dirname, '..');
const inCi = process.env['CI'] === 'true';
const { parts, only } = readWords(process.argv.slice(2));
const isWhole = process.argv.length === 2;
// Most tests wait for a process, a server or a node more than they compute.
const workers = availableParallelism() + 1;

const counted: Counted[] = [];
const failure: Counted = { passed: 0, failed: 1, files: [] };
const folder = await makeRunFolder();
const guard = guardRun(folder.path);
// What started this is gone, so nobody reads what comes out: the guard removes the rest.
using _parent = onOrphaned(() => process.kill(process.pid, 'SIGKILL'));
const env: NodeJS.ProcessEnv = { ...process.env };

installMissing();
const missing = missingPrivilege();
if (missing !== undefined) console.log(missing);
try {
  await runAll();
} catch (error) {
  console.error('\nFAIL The tests cannot be run:', error);
  counted.push(failure);
}
const left = await leftovers(folder);
for (const each of left) console.error(`\nFAIL The tests have left this: ${each}`);
if (left.length > 0) counted.push({ ...failure, failed: left.length });
await removeLeftovers(folder.path);
guard[Symbol.dispose]();

const files = counted.flatMap((each) => each.files);
if (files.length > 1) console.log(['\nThe slowest test files:', ...slowestLines(files, 10)].join('\n'));
const sum = (what: 'passed' | 'failed'): number => counted.reduce((total, each) => total + each[what], 0);
console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
process.exitCode = sum('failed') === 0 ? 0 : 1;

async function runAll(): Promise<void> {
  const wanted = partsWithTests();
  const onCluster = wanted.filter((part) => ['cluster', 'outage', 'alone'].includes(part));
  const source = onCluster.length === 0 ? undefined : clusterSource();
  // It comes up, with what has to be installed for it, during the checks and the unit tests, which have no use for it.
  const coming = source && comingUp(source);
  // The code that waits for it reports what went wrong.
  coming?.catch(() => undefined);
  if (isWhole) counted.push(await checked());
  await setup();
  env['SELFSAME_TEST_BUILT'] = 'yes';
  env['SELFSAME_TEST_EXAMPLES'] = join(folder.own, 'examples');
  if (wanted.includes('unit')) await run('unit', workers);
  if (source === undefined && onCluster.length > 0) sayThatNoCluster();

  const hasServices = wanted.includes('services');
  const kubeconfig = await coming?.catch((error: unknown) => {
    console.error(`\nFAIL The cluster does not come up: ${error instanceof Error ? error.message : String(error)}`);
    counted.push(failure);
  });
  if (kubeconfig === undefined) {
    if (hasServices) await run('services', workers);
    return;
  }
  env['SELFSAME_TEST_KUBECONFIG'] = kubeconfig;
  // Services and the cluster share nothing but the processors, which tests on the cluster leave idle some of the time. Services
  // get fewer workers, since they compute more.
  const together = hasServices && onCluster.some((part) => part !== 'alone');
  await Promise.all([
    usingCluster(onCluster),
    hasServices && run('services', together ? workers - 1 : workers, { isShownLate: together }),
  ]);
  // Last: tests of any part beside them would slow down what is timed and what is under load.
  if (onCluster.includes('alone')) await run('alone', 1);
}

async function usingCluster(wanted: readonly TestPart[]): Promise<void> {
  if (wanted.includes('cluster')) await run('cluster', workers);
  // Every other test on the cluster would notice that its API server is gone.
  if (wanted.includes('outage')) await run('outage', 1);
}

async function run(part: TestPart, count: number, { isShownLate = false } = {}): Promise<void> {
  counted.push(await runPart(part, { root, folder, only, workers: count, env, isShownLate }));
}

/** Types, lint, format, dead code, and whether the reference is stale. */
async function checked(): Promise<Counted> {
  const check = spawn(process.execPath, [join(root, 'scripts/check.ts')], { stdio: 'inherit', cwd: root });
  const [status] = (await once(check, 'exit')) as [number | null];
  return status === 0 ? { ...failure, passed: 1, failed: 0 } : failure;
}

/**
 * Brings the cluster up, with the images that most tests on it need. Until this process ends: who comes later must neither start
 * what starts nor take down what is used.
 *
 * @returns the path of its kubeconfig.
 */
async function comingUp(from: ClusterSource): Promise<string> {
  console.log(`\nThe Kubernetes part runs on the cluster of ${from.words}.`);
  if (from.id !== undefined) {
    const tell = (): void => console.log('Another npm test on this machine uses it: waiting for its end.');
    // Never given back: it goes with the process.
    await machineLock(`cluster ${from.id}`, tell);
  }
  const command = process.env['SELFSAME_TEST_CLUSTER'];
  if (command !== undefined) env['SELFSAME_TEST_CLUSTER'] = clusterCommandFor(folder, command);
  const kubeconfig = await bringUp(from, console.error);
  const images = join(folder.own, 'images');
  mkdirSync(images);
  env['SELFSAME_TEST_IMAGES'] = images;
  if (isWhole) {
    process.env['SELFSAME_TEST_IMAGES'] = images;
    await loadServerImage();
    await loadRunnerImage();
    await loadRunnerImage({ runtime: true });
    await loadStockImage();
  }
  return kubeconfig;
}

function sayThatNoCluster(): void {
  if (inCi) {
    console.log('\nNo cluster: set KUBECONFIG or SELFSAME_TEST_CLUSTER, or install Docker and kind.');
    counted.push(failure);
    return;
  }
  console.log('\nThe Kubernetes end-to-end part was left out: there is no cluster to run it on.');
  console.log('Add it with KUBECONFIG=FILE npm test, or install Docker and kind and run npm test again.');
}

/** The parts of which the user's words leave a test file. */
function partsWithTests(): readonly TestPart[] {
  if (only.length === 0) return parts;
  const words = jestWords(undefined, { only, more: ['--listTests'] });
  const { stdout } = spawnSync(process.execPath, words, { cwd: root, encoding: 'utf8' });
  const listed = new Set(
    stdout
      .split('\n')
      .filter((line) => line !== '')
      .map(partOf),
  );
  return parts.filter((part) => listed.has(part));
}
