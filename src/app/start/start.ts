// What an executable starts with: it puts the application where it would be on disk, and loads it.
import { realpathSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { getAssetKeys } from 'node:sea';
import { listByName } from './folder-order.ts';
import { linkBundle } from './links.ts';
import { loadNativesFrom } from './natives.ts';
import { executablePlaces } from './places.ts';
import { startProgramsOf } from './programs.ts';
import { limitDefinition } from './reach-definition.ts';
import { projectRoot, type StartConfig } from './start-config.ts';
import { bundleOf, loadMain, mountInThread, startThreadsIn, type ThreadData } from './threads.ts';
import { copyFilesOutOf, readCarriedFiles, visitFoldersOf } from './working-folder.ts';

/**
 * Starts the application; or, in a process that `fork` or `cluster` started, the file that it was given.
 *
 * @param root where the executable's file system is mounted.
 */
export function startApplication(root: string, config: StartConfig): void {
  prepare(root, config, { isThread: false });
  loadMain(fileOfFork(root, config) ?? join(root, projectRoot, config.entry));
}

/** Starts a file of the executable in a thread. */
export function startThread(): void {
  const threads = process.getBuiltinModule('node:worker_threads');
  const { file, config, data } = threads.workerData as ThreadData;
  Reflect.set(threads, 'workerData', data);
  syncBuiltinESMExports();
  prepare(mountInThread(), config, { isThread: true });
  process.argv[1] = file;
  loadMain(file);
}

function prepare(root: string, config: StartConfig, { isThread }: { readonly isThread: boolean }): void {
  // Programs that it starts must not be given Node's own arguments of the blob.
  process.execArgv = [];
  process.setSourceMapsEnabled(true);
  const project = join(root, projectRoot);
  Object.defineProperty(globalThis, '__selfsame', {
    value: {
      isThread,
      ...limitDefinition(process.argv.slice(2)),
      ...executablePlaces(project, config),
      ...linkBundle(project, config),
    },
  });
  loadNativesFrom(root, { isThread });
  copyFilesOutOf(root);
  listByName(root);
  if (!isThread) visitFoldersOf(root);
  // Loading what they change takes 5 ms.
  if (config.starts) {
    startThreadsIn(root, config);
    startProgramsOf(root);
  }
  if (!config.readsFiles) return;
  const folder = join(projectRoot, config.folder).replaceAll('\\', '/');
  const carried = getAssetKeys().filter((name) => name.startsWith(`${folder}/`) && !name.includes('/node_modules/'));
  readCarriedFiles(
    join(root, folder),
    carried.map((name) => name.slice(folder.length + 1)),
  );
}

/** `fork(FILE)` calls the executable with FILE as its first word; `cluster.fork()` with the executable itself. */
function fileOfFork(root: string, config: StartConfig): string | undefined {
  const [, , first] = process.argv;
  if (first === undefined) return undefined;
  if (first.startsWith(`${root}/`)) {
    process.argv.splice(1, 1);
    return bundleOf(first, root, config);
  }
  if (process.channel !== undefined && isThisExecutable(first)) process.argv.splice(2, 1);
  return undefined;
}

function isThisExecutable(word: string): boolean {
  try {
    return word.includes('/') && realpathSync(word) === realpathSync(process.execPath);
  } catch {
    return false;
  }
}
