// npm run dev [-- ENTRY] [-- FLAG...]: builds an application whenever its sources change, and runs it anew: the server here or,
// with --kubernetes, a deploy. Until Ctrl-C, which is its ordinary end: status 0.
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { styleText } from 'node:util';
import prettyMilliseconds from 'pretty-ms';
import { explain } from '../src/cli/output/print-error.ts';
import { guardOutputs } from '../src/cli/terminal/broken-pipe.ts';
import { DeployError } from '../src/shared/errors.ts';
import { splitArguments } from '../src/shared/flags.ts';
import { checkBundle, placeFor, writeHere } from './build.ts';
import { root } from './bundle.ts';
import { startChild, type DevChild } from './dev-child.ts';
import { keepBundles } from './kept-bundles.ts';
import { watchFolders } from './watch-folders.ts';

interface Wanted {
  /** The application's main file, relative to the root. */
  readonly entry: string;
  /** For the program. */
  readonly words: readonly string[];
  readonly isDeploy: boolean;
}

/** @throws {DeployError} `bad-usage` */
function read(argv: readonly string[]): Wanted {
  const hasEntry = argv[0] !== undefined && !argv[0].startsWith('-');
  const [entry = ''] = hasEntry ? argv : ['src/hello-world.ts'];
  const rest = hasEntry ? argv.slice(1) : argv;
  const words = rest[0] === '--' ? rest.slice(1) : rest;
  const { names } = splitArguments(words);
  const isDeploy = names.has('kubernetes');
  const [unfit] = isDeploy ? (['rm', 'help'] as const).filter((name) => names.has(name)) : names;
  if (unfit !== undefined) {
    throw new DeployError(
      'bad-usage',
      `Cannot use --${unfit} in npm run dev${isDeploy ? '' : ' without --kubernetes'}`,
      {
        hint: 'Leave it out; usage: npm run dev [-- ENTRY] [-- OPTIONS OF THE PROGRAM].',
      },
    );
  }
  if (!existsSync(join(root, entry))) {
    throw new DeployError('bad-usage', `Cannot find ${entry}`, {
      hint: "Pass the path of the application's main file.",
    });
  }
  return { entry, words, isDeploy };
}

function say(text: string): void {
  console.error(`${styleText('dim', 'dev:', { stream: process.stderr })} ${text}`);
}

function time(ms: number): string {
  return prettyMilliseconds(Math.max(1, Math.round(ms)));
}

type Stages = Readonly<Record<string, number>>;

function stagesText(stages: Stages): string {
  return Object.entries(stages)
    .map(([stage, ms]) => `${stage} ${time(ms)}`)
    .join(', ');
}

/** How long the changes took, all in all; the start of the loop is none. */
const totals: number[] = [];

/** One line for a change that is through; the last five of them are summed up. */
function sayDone(what: string, { since, isChange, stages }: Change & { readonly stages: Stages }): void {
  const total = performance.now() - since;
  if (isChange) totals.push(total);
  const lately = totals.slice(-5).toSorted((a, b) => a - b);
  const middle = lately.slice((lately.length - 1) >> 1, (lately.length >> 1) + 1);
  const median = middle.reduce((sum, ms) => sum + ms, 0) / middle.length;
  const summary = lately.length > 1 ? `; median of the last ${lately.length}: ${time(median)}` : '';
  say(`${what}, ${time(total)} after the ${isChange ? 'change' : 'start'}: ${stagesText(stages)}${summary}`);
}

interface Change {
  /** When it was seen, as `performance.now()` counts. */
  readonly since: number;
  readonly isChange: boolean;
}

/** The program that runs, and is replaced whenever a newer one is built. */
function runner({ words, isDeploy }: Wanted, { name, output }: { name: string; output: string }) {
  let child: DevChild | undefined;
  let hasFailed = false;

  const answers = async (url: string, of: DevChild, done: () => void): Promise<void> => {
    try {
      await fetch(`${url}/selfsame/ready`);
      done();
    } catch (error) {
      // One that was ended meanwhile answers no more.
      if (of === child && !of.hasEnded()) say(`${name} does not answer on ${url}: ${String(error)}`);
    }
  };

  return {
    async replace(change: Change, build: number): Promise<void> {
      hasFailed = false;
      const stopAt = performance.now();
      const old = child?.hasEnded() === true ? undefined : child;
      child = undefined;
      await old?.stop('SIGTERM');
      const startAt = performance.now();
      const stop = old === undefined ? {} : { stop: startAt - stopAt };
      const stages = (stage: string): Stages => ({ build, ...stop, [stage]: performance.now() - startAt });
      const onServing = (url: string): void => {
        void answers(url, started, () => {
          if (started === child) sayDone(`${name} answers on ${url}`, { ...change, stages: stages('start') });
        });
      };
      const started = startChild({ executable: output, words, ...(!isDeploy && { onServing }) });
      child = started;
      void tellEnd(started, () => sayDone('Deployed', { ...change, stages: stages('deploy') }));
    },
    isThere: () => child !== undefined && !child.hasEnded(),
    /** It ended and was not meant to: the next save starts it again, whatever was saved. */
    hasFailed: () => hasFailed,
    stop: async (signal: NodeJS.Signals) => child?.stop(signal),
    kill: () => child?.kill(),
  };

  async function tellEnd(started: DevChild, deployed: () => void): Promise<void> {
    const how = await started.ended.catch((error: unknown) => `an error: ${String(error)}`);
    if (started !== child || isEnding()) return;
    hasFailed = !isDeploy || how !== 0;
    if (!hasFailed) deployed();
    else say(`${isDeploy ? 'The deploy' : name} ended with ${how}; waiting for a change`);
  }
}

const ending = new AbortController();
const isEnding = (): boolean => ending.signal.aborted;

async function dev(wanted: Wanted): Promise<void> {
  const { entry } = wanted;
  const place = placeFor(entry);
  const output = relative(root, place.output);
  const folders = [...new Set([dirname(join(root, entry)), join(root, 'src'), join(root, 'runner')])];
  const [bundles, watch] = await Promise.all([keepBundles(entry), watchFolders(folders)]);
  const program = runner(wanted, place);
  const received = onSignals(program.kill);
  say(`Watching ${folders.map((folder) => relative(root, folder) || '.').join(', ')}; Ctrl-C ends`);

  let running: Uint8Array | undefined;
  let isBroken = false;
  let change: Change = { since: 0, isChange: false };
  try {
    for (;;) {
      try {
        const buildAt = performance.now();
        const { blob, code, isDeployerKept, took } = await bundles.make();
        if (running === undefined || program.hasFailed() || Buffer.compare(blob, running) !== 0) {
          const checkAt = performance.now();
          await checkBundle(entry, code, ending.signal);
          const writeAt = performance.now();
          await writeHere(place, blob);
          const builtAt = performance.now();
          const stages = { ...took, check: writeAt - checkAt, write: builtAt - writeAt };
          const kept = isDeployerKept ? ' (deploying half kept)' : '';
          say(`Built ${output} in ${time(builtAt - buildAt)}: ${stagesText(stages)}${kept}`);
          ending.signal.throwIfAborted();
          running = blob;
          await program.replace(change, builtAt - change.since);
        } else if (isBroken) {
          say('Mended: what runs is what the sources say');
        }
        isBroken = false;
      } catch (error) {
        if (isEnding() || !(error instanceof DeployError)) throw error;
        isBroken = true;
        say(
          `${styleText('red', 'error:', { stream: process.stderr })} ${error.message}${program.isThere() ? '; the old one goes on' : ''}`,
        );
      }
      change = { since: await watch.next(ending.signal), isChange: true };
    }
  } catch (error) {
    if (!isEnding()) throw error;
  } finally {
    watch.close();
    await program.stop(received());
    await bundles.close();
  }
  process.exitCode = received() === 'SIGINT' ? 0 : 128 + constants.signals[received()];
}

/**
 * The first signal ends the loop and passes on to the program; the second ends both at once, unless it is a terminal that
 * closes: that always comes more than once.
 */
function onSignals(kill: () => void): () => NodeJS.Signals {
  let received: NodeJS.Signals = 'SIGTERM';
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of names) {
    process.on(name, () => {
      if (isEnding() && name === 'SIGHUP') return;
      if (isEnding()) {
        kill();
        process.removeAllListeners(name);
        process.kill(process.pid, name);
      }
      received = name;
      ending.abort(new Error(`Ended by ${name}`));
    });
  }
  return () => received;
}

// A terminal that is gone does not keep it from ending what it started.
guardOutputs();
try {
  await dev(read(process.argv.slice(2)));
} catch (error) {
  process.exitCode = explain(error, console.error);
}
