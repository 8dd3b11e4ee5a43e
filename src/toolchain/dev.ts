import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { styleText } from 'node:util';
import { DeployError } from '../shared/errors.ts';
import { splitArguments } from '../shared/flags.ts';
import { checkBundle, buildPlaceFor, writeHere } from './build.ts';
import { root } from './bundle.ts';
import { sayDev, stagesText, time, type Change } from './dev-log.ts';
import { devProgram } from './dev-program.ts';
import { onOrphaned } from './dev-guard.ts';
import { keepBundles } from './kept-bundles.ts';
import { watchFolders } from './watch-folders.ts';

interface DevCommand {
  /** The application's main file, relative to the root. */
  readonly entry: string;
  /** For the program. */
  readonly words: readonly string[];
  readonly isDeploy: boolean;
}

/** @throws {DeployError} `bad-usage` */
function read(argv: readonly string[]): DevCommand {
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

/**
 * Builds an application whenever its sources change, and runs it again: the server here or, with --kubernetes, a deploy. Until
 * Ctrl-C, which is its ordinary end.
 *
 * @param argv `[ENTRY] [-- WORDS OF THE PROGRAM]`
 * @returns the exit status.
 * @throws {DeployError} `bad-usage`, or `bad-target` where no executable can be made for this machine.
 */
export async function dev(argv: readonly string[]): Promise<number> {
  const { entry, words, isDeploy } = read(argv);
  const ending = new AbortController();
  const isEnding = (): boolean => ending.signal.aborted;
  const place = buildPlaceFor(entry);
  const output = relative(root, place.output);
  const folders = [...new Set([dirname(join(root, entry)), join(root, 'src'), join(root, 'runner')])];
  const [bundles, watch] = await Promise.all([keepBundles(entry), watchFolders(folders)]);
  const program = devProgram({ words, isDeploy, name: place.name, output: place.output, isEnding });
  const received = onSignals(ending, program.kill);
  // The launcher that is killed cannot pass anything on.
  using _parent = onOrphaned(() => process.kill(process.pid, 'SIGTERM'));
  sayDev(`Watching ${folders.map((folder) => relative(root, folder) || '.').join(', ')}; Ctrl-C ends`);

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
          sayDev(`Built ${output} in ${time(builtAt - buildAt)}: ${stagesText(stages)}${kept}`);
          ending.signal.throwIfAborted();
          running = blob;
          await program.replace(change, builtAt - change.since);
        } else if (isBroken) {
          sayDev('Mended: what runs is what the sources say');
        }
        isBroken = false;
      } catch (error) {
        if (isEnding() || !(error instanceof DeployError)) throw error;
        isBroken = true;
        sayDev(
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
  return received() === 'SIGINT' ? 0 : 128 + constants.signals[received()];
}

/**
 * The first signal ends the loop and passes on to the program; the second ends both at once, unless it is a terminal that
 * closes: that always comes more than once.
 */
function onSignals(ending: AbortController, kill: () => void): () => NodeJS.Signals {
  const isEnding = (): boolean => ending.signal.aborted;
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
