import { checkApplication, type Application } from '../app/application.ts';
import type { OptionSpecs } from '../app/options.ts';
import { definitionReached, isInThread } from '../app/start/reach-definition.ts';
import { runApplication } from '../app/run.ts';
import { splitArguments } from '../shared/flags.ts';
import { requestedFormat } from './output/requested-format.ts';
import { loadDeployer, runnerTexts } from './assets.ts';
import { errorDocument } from './output/error-document.ts';
import { printError } from './output/print-error.ts';
import { jsonText, visibleLines } from '../shared/visible.ts';

/**
 * Makes an application one that can deploy itself: the one call at the end of its main file.
 *
 * Without one of selfsame's flags it runs the application here. Whatever deploys is loaded only when asked for.
 * Failures are printed. The process ends when its work is done, whatever the file has left in its loop; only an application that
 * ends by itself ends as any program of Node.js does. The promise never rejects. Does nothing in a worker thread.
 */
export async function selfsame<const S extends OptionSpecs>(app: Application<S>): Promise<void> {
  if (await isInThread()) return;
  definitionReached();
  try {
    // Each definition is typed by its own options; from here on they are only passed along.
    const status = await dispatch(app as unknown as Application, process.argv.slice(2));
    if (status !== undefined) await endProcess(status);
  } catch (error) {
    if (requestedFormat(process.argv.slice(2)) === 'json') {
      process.stdout.write(`${jsonText(errorDocument(error))}\n`);
    }
    await endProcess(printError(error, (line) => say(visibleLines(line))));
  }
}

/** @returns the exit status; undefined if the process ends by itself. */
async function dispatch(app: Application, argv: readonly string[]): Promise<number | undefined> {
  checkApplication(app);
  // A word of the command line, which nobody inherits: what a finished executable does is not for its environment to say.
  if (argv[0] === 'self' && argv[1] === 'definition') {
    const { name, files = [], external = [], address } = app;
    process.stdout.write(`${JSON.stringify({ name, files, external, serves: address !== undefined })}\n`);
    return 0;
  }

  const { ownArgs, names, appArgs } = splitArguments(argv);
  if (names.has('version-hash') && !names.has('help')) {
    const { versionHash } = await import('./version-hash.ts');
    return versionHash(app, ownArgs, appArgs);
  }
  if (argv[0] === 'self' && argv[1] === 'rebuild') {
    const { rebuildWithoutDeployer } = await import('./rebuild-offline.ts');
    const status = await rebuildWithoutDeployer(argv.slice(2));
    if (status !== undefined) return status;
  }
  if (names.size > 0 || argv[0] === 'self') {
    const { deployer } = await loadDeployer();
    return deployer(app, argv, runnerTexts);
  }
  try {
    const how = await runApplication(app, appArgs, say);
    return how === 'idle' ? undefined : Number(process.exitCode ?? 0);
  } catch (error) {
    return printError(error, say, app.name);
  }
}

/** Ends the process once everything that was printed has left it. */
async function endProcess(status: number): Promise<void> {
  process.exitCode = status;
  await Promise.all([process.stdout, process.stderr].map(flushed));
  process.exit();
}

/** Waits until a stream has passed on what was written to it, or cannot. */
async function flushed(stream: NodeJS.WriteStream): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  stream.on('error', () => undefined).write('', () => resolve());
  await promise;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
