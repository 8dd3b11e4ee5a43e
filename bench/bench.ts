// npm run bench [-- SUITE...] [--runs N] [--output json]: measures what the README claims, in one run, against what a user
// would do instead, and keeps the figures in dist/bench.json. It never fails because of a figure (the table says what holds), but of a wrong case.
import { link, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { printError } from '../src/cli/output/print-error.ts';
import { DeployError } from '../src/shared/errors.ts';
import { hostTarget } from '../src/shared/target.ts';
import { applicationsSuite } from './suites/applications.ts';
import { deploySuite } from './suites/deploy.ts';
import { faultsSuite } from './suites/faults.ts';
import { firstSuite } from './suites/first.ts';
import { largeSuite } from './suites/large.ts';
import { loopSuite } from './suites/loop.ts';
import { lossesSuite } from './suites/losses.ts';
import { rebuildSuite } from './suites/rebuild.ts';
import { scaleSuite } from './suites/scale.ts';
import { startSuite } from './suites/start.ts';
import type { Bench, Measured, Suite } from './suites/suite.ts';
import { figures, machine, tableOf, type Row } from './tools/table.ts';
import { updatesSuite } from './suites/updates.ts';
import { versionSuite } from './suites/version.ts';
import { buildHere } from '../src/toolchain/clone.ts';
import { root } from '../src/toolchain/bundle.ts';

const rowsOf =
  (suite: (bench: Bench) => Promise<Row[]>): Suite =>
  async (given) => ({ rows: await suite(given) });

/** Those that need nothing but this machine, and a minute or two, run when none is named. */
const suites: Readonly<Record<string, { readonly quick: boolean; readonly run: Suite }>> = {
  version: { quick: true, run: rowsOf(versionSuite) },
  start: { quick: true, run: rowsOf(startSuite) },
  rebuild: { quick: true, run: rowsOf(rebuildSuite) },
  // This one builds eight applications in four ways; their packages are fetched once.
  applications: { quick: false, run: applicationsSuite },
  // These change a cluster, in namespaces of their own.
  deploy: { quick: false, run: rowsOf(deploySuite) },
  first: { quick: false, run: firstSuite },
  large: { quick: false, run: rowsOf(largeSuite) },
  loop: { quick: false, run: loopSuite },
  scale: { quick: false, run: scaleSuite },
  updates: { quick: false, run: updatesSuite },
  losses: { quick: false, run: lossesSuite },
  // This one kills parts of it, and starts them again.
  faults: { quick: false, run: faultsSuite },
};

async function bench(argv: string[], signal: AbortSignal): Promise<void> {
  const { names, runs, output } = read(argv);
  if (process.platform !== 'linux') {
    throw new DeployError('system-lacks', `Cannot measure on ${process.platform}`, {
      hint: 'Run this on Linux: memory is read from /proc.',
    });
  }
  const built = await buildHere();
  const folder = await mkdtemp(join(root, 'dist', 'bench-'));
  try {
    const executable = join(folder, 'hello-world');
    // Its own name for the same file: a build meanwhile changes nothing.
    await link(built, executable);
    const blob = `${built}.blob`;
    const foreign = hostTarget() === 'linux-arm64' ? 'linux-x64' : 'linux-arm64';
    const before = machine();
    const found: [suite: string, measured: Measured][] = [];
    for (const name of names) {
      console.error(`Measuring ${name}, ${runs} times in turn, after once unmeasured`);
      const measured = await suites[name]?.run({ executable, blob, foreign, folder, runs, signal });
      if (measured !== undefined) found.push([name, measured]);
    }
    const rows = found.flatMap(([suite, measured]) => measured.rows.map((row) => ({ suite, ...figures(row) })));
    const cases = found.flatMap(([, measured]) => measured.cases ?? []);
    const document = {
      machine: { ...before, loadAfter: machine().load },
      runs,
      rows,
      ...(cases.length > 0 && { cases }),
    };
    if (cases.some(({ wrong }) => wrong.length > 0)) process.exitCode = 1;
    const json = `${JSON.stringify(document, null, 2)}\n`;
    await writeFile(join(root, 'dist', 'bench.json'), json);
    process.stdout.write(output === 'json' ? json : `${textOf(document, found)}\n`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function textOf(
  { machine: { cores, cpu, shaInstructions, kernel, node, load, loadAfter }, runs }: Document,
  found: readonly [suite: string, measured: Measured][],
): string {
  return [
    `${cores} cores, ${cpu}, ${shaInstructions ? 'with' : 'without'} SHA instructions; Linux ${kernel}; Node.js ${node}`,
    `Load ${load.toFixed(1)} before, ${loadAfter.toFixed(1)} after; medians of ${runs}, in turn; warm caches; 1 MB = 1,000,000 bytes`,
    '',
    ...found.flatMap(([, { rows, text }]) => [text ?? tableOf(rows), '']),
  ]
    .join('\n')
    .trimEnd();
}

interface Document {
  readonly machine: ReturnType<typeof machine> & { readonly loadAfter: number };
  readonly runs: number;
}

function read(argv: string[]): { names: string[]; runs: number; output: string } {
  const refuse = (message: string, hint: string): never => {
    throw new DeployError('bad-usage', message, { hint });
  };
  const options = { runs: { type: 'string', default: '5' }, output: { type: 'string', default: 'text' } } as const;
  const { values, positionals } = parseArgs({ args: argv, options, allowPositionals: true, strict: false });
  const { runs, output, ...others } = values;
  const [other] = Object.keys(others);
  if (other !== undefined) refuse(`Cannot use --${other}`, 'Pass --runs N and --output text or json.');
  if (!/^[1-9]\d{0,2}$/.test(String(runs))) refuse(`Cannot run "${String(runs)}" times`, 'Pass --runs with 1 to 999.');
  if (output !== 'text' && output !== 'json') refuse(`Cannot print "${String(output)}"`, 'Pass text or json.');
  const unknown = positionals.find((name) => !(name in suites));
  if (unknown !== undefined)
    refuse(`There is no suite "${unknown}"`, `Name one of: ${Object.keys(suites).join(', ')}.`);
  const quick = Object.keys(suites).filter((name) => suites[name]?.quick);
  return { names: positionals.length > 0 ? positionals : quick, runs: Number(runs), output: String(output) };
}

/** The first signal ends what is measured, and cleans up; the second ends at once. */
const ending = new AbortController();
let status = 0;
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(name, () => {
    status = 128 + constants.signals[name];
    console.error('Cleaning up');
    ending.abort();
  });
}
try {
  await bench(process.argv.slice(2), ending.signal);
} catch (error) {
  process.exitCode = ending.signal.aborted ? status : printError(error, console.error);
}
