// What an executable starts with: it puts the application where it would be on disk, and loads it.
import { realpathSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { copyFilesOutOf } from './copies.ts';
import { linkBundle } from './links.ts';
import { mountFiles, type MountedFiles } from './mount.ts';
import { loadNativesFrom } from './natives.ts';
import { executablePlaces } from './places.ts';
import { startProgramsOf } from './programs.ts';
import { limitDefinition } from './reach-definition.ts';
import { projectRoot, type StartConfig } from './start-config.ts';
import { bundleOf, loadBundle, loadMain, startThreadsIn, type ThreadData } from './threads.ts';
import { moveVectors } from './vectors.ts';
import { readCarriedFiles, visitFoldersOf } from './working-folder.ts';

/**
 * Starts the application; or, in a process that `fork` or `cluster` started, the file that it was given.
 */
export function startApplication(config: StartConfig): void {
  const mounted = mountFiles();
  const { root } = mounted;
  prepare(mounted, config, { isThread: false });
  const forked = fileOfFork(root, config);
  if (forked === undefined) loadBundle(join(root, projectRoot, config.entry));
  else loadMain(forked);
}

/** Starts a file of the executable in a thread. */
export function startThread(): void {
  const threads = process.getBuiltinModule('node:worker_threads');
  const { file, config, data } = threads.workerData as ThreadData;
  Reflect.set(threads, 'workerData', data);
  syncBuiltinESMExports();
  prepare(mountFiles(), config, { isThread: true });
  process.argv[1] = file;
  loadMain(file);
}

function prepare(
  { root, names }: MountedFiles,
  config: StartConfig,
  { isThread }: { readonly isThread: boolean },
): void {
  // Programs that it starts must not be given Node's own arguments of the blob.
  process.execArgv = [];
  process.setSourceMapsEnabled(true);
  const project = join(root, projectRoot);
  const places = executablePlaces(project, config);
  // For packages that are carried as files.
  if (!isThread) Reflect.set(process, 'mainModule', places.main);
  Object.defineProperty(globalThis, '__selfsame', {
    value: {
      isThread,
      ...limitDefinition(process.argv.slice(2)),
      ...places,
      ...linkBundle(project, config),
    },
  });
  moveVectors();
  loadNativesFrom(root, names, { isThread });
  if (!isThread) visitFoldersOf(root);
  process.on('newListener', warnOfHeldSignal);
  // Loading what is changed here takes 3 and 5 ms.
  if (config.carries) copyFilesOutOf(root);
  if (config.starts) {
    startThreadsIn(root, config);
    startProgramsOf(root);
  }
  if (!config.readsFiles) return;
  const folder = join(projectRoot, config.folder).replaceAll('\\', '/');
  const carried = names.filter((name) => name.startsWith(`${folder}/`) && !name.includes('/node_modules/'));
  readCarriedFiles(
    join(root, folder),
    carried.map((name) => name.slice(folder.length + 1)),
  );
}

/** Where SIGUSR1 opens no debugger, Node.js (26.10) holds it back from listeners as well. */
function warnOfHeldSignal(name: string | symbol): void {
  if (name === 'SIGUSR1') process.emitWarning('SIGUSR1 is held back: use SIGUSR2');
}

/**
 * `fork(FILE)` calls the executable with FILE as its first word; `cluster.fork()` with the executable itself. Before it stand words for Node.js, if it
 * was given some: an executable takes none.
 */
function fileOfFork(root: string, config: StartConfig): string | undefined {
  const words = process.argv.slice(2);
  const forNode = process.channel === undefined ? 0 : words.findIndex((word) => !word.startsWith('-'));
  const first = words[forNode];
  if (first === undefined) return undefined;
  if (first.startsWith(`${root}/`)) {
    process.argv.splice(1, 1 + forNode);
    return bundleOf(first, root, config);
  }
  if (process.channel !== undefined && isThisExecutable(first)) process.argv.splice(2, 1 + forNode);
  return undefined;
}

function isThisExecutable(word: string): boolean {
  try {
    return word.includes('/') && realpathSync(word) === realpathSync(process.execPath);
  } catch {
    return false;
  }
}
