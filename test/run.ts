// npm test: the checks, then every test. Ends with the plain line `N passed, N failed`.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { machineLock } from './support/run/machine-lock.ts';
import { installMissing } from './support/run/system-packages.ts';
import { jestWords, type TestPart } from './support/run/parts.ts';
import { bringUp, clusterSource, type ClusterSource } from './support/cluster/cluster-source.ts';
import setup from './setup.ts';

const root = join(import.meta.dirname, '..');
const inCi = process.env['CI'] === 'true';
const only = process.argv.slice(2);
// Most tests wait for a process, a server or a node more than they compute.
const together = `--maxWorkers=${availableParallelism() + 1}`;

installMissing();

let failed = 0;
let passed = 0;
if (only.length === 0) {
  const check = spawnSync(process.execPath, [join(root, 'scripts/check.ts')], { stdio: 'inherit', cwd: root });
  if (check.status === 0) passed += 1;
  else failed += 1;
}

try {
  // Once, for all parts.
  await setup();
  process.env['SELFSAME_TEST_BUILT'] = 'yes';
  await runParts();
} catch (error) {
  console.error('\nFAIL The tests cannot be run:', error);
  failed += 1;
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

async function runParts(): Promise<void> {
  const onCluster = (['cluster', 'alone'] as const).filter(hasTests);
  const source = onCluster.length === 0 ? undefined : clusterSource();
  // It comes up, with what has to be installed for it, while the first part runs, which has no use for it.
  const coming = source && comingUp(source);
  // Whoever waits for it hears of what goes wrong.
  coming?.catch(() => undefined);
  await runJest('unit', [together]);
  if (coming !== undefined) await runOnCluster(coming, onCluster);
  else if (onCluster.length > 0 && inCi) {
    console.log('\nNo cluster: set KUBECONFIG or SELFSAME_TEST_CLUSTER, or install Docker and kind.');
    failed += 1;
  } else if (onCluster.length > 0) {
    console.log('\nThe Kubernetes end-to-end part was left out: there is no cluster to run it on.');
    console.log('Add it with KUBECONFIG=FILE npm test, or install Docker and kind and run npm test again.');
  }
}

/**
 * Brings the cluster up. Until this process ends: who comes later must neither start what starts nor take down what is used.
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
  return bringUp(from, console.error);
}

async function runOnCluster(coming: Promise<string>, parts: readonly TestPart[]): Promise<void> {
  try {
    process.env['SELFSAME_TEST_KUBECONFIG'] = await coming;
  } catch (error) {
    console.error(`\nFAIL The cluster does not come up: ${error instanceof Error ? error.message : String(error)}`);
    failed += 1;
    return;
  }
  const images = mkdtempSync(join(tmpdir(), 'selfsame-test-images-'));
  process.env['SELFSAME_TEST_IMAGES'] = images;
  for (const part of parts) await runJest(part, [part === 'alone' ? '--runInBand' : together]);
  rmSync(images, { recursive: true, force: true });
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numRuntimeErrorTestSuites: number;
}

/** True if the user's words leave a test file of this part. */
function hasTests(part: TestPart): boolean {
  const { stdout } = spawnSync(process.execPath, jestWords(part, { only, more: ['--listTests'] }), {
    cwd: root,
    encoding: 'utf8',
  });
  return stdout.trim() !== '';
}

async function runJest(part: TestPart, options: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'selfsame-test-'));
  const report = join(folder, 'report.json');
  // What a failed test leaves running must not keep the others' figures from being told.
  const more = ['--forceExit', '--json', `--outputFile=${report}`, ...options];
  const jest = spawn(process.execPath, jestWords(part, { only, more }), {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [status] = (await once(jest, 'close')) as [number | null];
  try {
    const counted = JSON.parse(readFileSync(report, 'utf8')) as Report;
    passed += counted.numPassedTests;
    // A test that was left out proves nothing, and a file that could not be loaded hides all of its tests.
    const missed = counted.numPendingTests + counted.numTodoTests + counted.numRuntimeErrorTestSuites;
    const seen = counted.numFailedTests + missed;
    failed += status !== 0 && seen === 0 ? 1 : seen;
  } catch (error) {
    console.error(`The test runner left no report: ${String(error)}`);
    failed += 1;
  }
  rmSync(folder, { recursive: true, force: true });
}
