import { checkApplication, type Application } from '../app/application.ts';
import type { OptionSpecs } from '../app/options.ts';
import { runApplication } from '../app/run.ts';
import { splitArguments } from '../shared/flags.ts';
import { requestedFormat } from './output/requested-format.ts';
import { loadDeployer, runnerTexts } from './assets.ts';
import { errorDocument } from './output/error-document.ts';
import { printError } from './output/print-error.ts';

/**
 * Makes an application one that can deploy itself: the one call at the end of its main file.
 *
 * Without one of selfsame's flags it runs the application here. Whatever deploys is loaded only when asked for.
 * Failures are printed and become `process.exitCode`; the promise never rejects.
 */
export async function selfsame<const S extends OptionSpecs>(app: Application<S>): Promise<void> {
  try {
    // Each definition is typed by its own options; from here on they are only passed along.
    process.exitCode = await dispatch(app as unknown as Application, process.argv.slice(2));
  } catch (error) {
    if (requestedFormat(process.argv.slice(2)) === 'json') {
      process.stdout.write(`${JSON.stringify(errorDocument(error))}\n`);
    }
    process.exitCode = printError(error, say);
  }
}

async function dispatch(app: Application, argv: readonly string[]): Promise<number> {
  checkApplication(app);
  if (process.env['SELFSAME_BUILD'] === 'check') {
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
    await runApplication(app, appArgs, say);
    return 0;
  } catch (error) {
    return printError(error, say, app.name);
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
