// A run that is killed leaves nothing: this program waits for its end, and removes what it has left. See leftovers.ts.
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { removeLeftovers } from './leftovers.ts';

/**
 * Starts the guard of a run in a session of its own, so that Ctrl-C and a terminal that closes do not reach it.
 *
 * @returns ends the guard: the run has removed everything itself.
 */
export function guardRun(folder: string): Disposable {
  const guard = spawn(process.execPath, [import.meta.filename], {
    stdio: ['pipe', 'ignore', 'inherit'],
    detached: true,
  });
  guard.unref();
  guard.stdin.write(`${folder}\n`);
  return { [Symbol.dispose]: () => void guard.stdin.end('done\n') };
}

if (import.meta.main) {
  // Its input ends with the run. The path comes that way, too: as a word of ours it would make us one of the run's processes.
  const [folder = '', done] = (await text(process.stdin)).split('\n');
  if (folder !== '' && done !== 'done') await removeLeftovers(folder);
}
