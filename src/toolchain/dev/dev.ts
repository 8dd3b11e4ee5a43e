import { rename } from 'node:fs/promises';
import { constants } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { styleText } from 'node:util';
import { DeployError } from '../../shared/errors.ts';
import { splitArguments } from '../../shared/flags.ts';
import {
  buildBlob,
  executableName,
  fileNameFor,
  rebuildBlob,
  targetHere,
  type BuildRequest,
  type EarlierBuild,
} from '../build.ts';
import { findProject } from '../installed/project.ts';
import { sayDev, stagesText, time, type Change } from './dev-log.ts';
import { devProgram } from './dev-program.ts';
import { onOrphaned } from './dev-guard.ts';
import { besideOutput } from '../output.ts';
import { watchFolders } from './watch-folders.ts';

/** What the loop is told. */
export interface DevRequest extends BuildRequest {
  /** For the program. */
  readonly words: readonly string[];
  /** Folders to watch beside that of the project. */
  readonly folders?: readonly string[];
  /** The command as it was typed, for messages. */
  readonly command: string;
}

/** @throws {DeployError} `bad-usage` for words that the loop cannot pass on. */
function refuseUnfit({ words, command }: DevRequest): { isDeploy: boolean } {
  const { names } = splitArguments([...words]);
  const isDeploy = names.has('kubernetes');
  const [unfit] = isDeploy ? (['rm', 'help'] as const).filter((name) => names.has(name)) : names;
  if (unfit !== undefined) {
    throw new DeployError(
      'bad-usage',
      `Cannot use --${unfit} in ${command}${isDeploy ? '' : ' without --kubernetes'}`,
      {
        hint: `Leave it out; usage: ${command} [ENTRY] [-- OPTIONS OF THE PROGRAM].`,
      },
    );
  }
  return { isDeploy };
}

/**
 * Builds an application whenever its sources change, and runs it again: the server here or, with --kubernetes, a deploy. Until
 * Ctrl-C, which is its ordinary end.
 *
 * @returns the exit status.
 * @throws {DeployError} `bad-usage`, or `bad-target` where no executable can be made for this machine.
 */
export async function dev(request: DevRequest): Promise<number> {
  const { isDeploy } = refuseUnfit(request);
  const { entry, words, folders: others = [] } = request;
  const ending = new AbortController();
  const isEnding = (): boolean => ending.signal.aborted;
  const project = await findProject(entry);
  const path = join(project.folder, 'dist', fileNameFor(request, targetHere()));
  const output = relative('', path);
  const folders = [...new Set(others.length > 0 ? [dirname(project.entry), ...others] : [project.folder])];
  const watch = await watchFolders(folders);
  const program = devProgram({ words, isDeploy, name: executableName(request), output: path, isEnding });
  const received = onSignals(ending, program.kill);
  // The launcher that is killed cannot pass anything on.
  using _parent = onOrphaned(() => process.kill(process.pid, 'SIGTERM'));
  sayDev(`Watching ${folders.map((folder) => relative('', folder) || '.').join(', ')}; Ctrl-C ends`);

  let earlier: EarlierBuild | undefined;
  let isBroken = false;
  let change: Change = { since: 0, isChange: false };
  const loop = async (folder: string): Promise<never> => {
    for (;;) {
      try {
        const buildAt = performance.now();
        const changed = { ...request, signal: ending.signal };
        const built =
          earlier === undefined || program.hasFailed()
            ? await buildBlob(changed, folder)
            : await rebuildBlob(changed, folder, earlier);
        if (built !== undefined) {
          await rename(built.path, path);
          const builtAt = performance.now();
          sayDev(`Built ${output} in ${time(builtAt - buildAt)}: ${stagesText(built.took)}`);
          ending.signal.throwIfAborted();
          earlier = built;
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
  };
  try {
    await besideOutput(path, loop);
  } catch (error) {
    if (!isEnding()) throw error;
  } finally {
    watch.close();
    await program.stop(received());
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
