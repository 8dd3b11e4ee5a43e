// Ends a program after this process is gone, however that happened: nothing runs here after SIGKILL.
import { spawn } from 'node:child_process';

// Its standard input ends with this process. A line before that releases it. The program gets the time to end in order.
const script = `read -r _ && exit
kill -s TERM -- -"$1" 2>/dev/null || exit
for _ in $(seq "$2"); do sleep 0.1; kill -s 0 -- -"$1" 2>/dev/null || exit; done
kill -s KILL -- -"$1"`;

/**
 * Starts a guard for a process group. It sends SIGTERM to the group when this process is gone, and SIGKILL after `graceMs`.
 * Does nothing on Windows, which has no process groups.
 *
 * @param group the process id of the leader.
 * @returns releases the guard: call it when the leader has ended, since its id may then become that of another process.
 */
export function endWithUs(group: number, { graceMs }: { readonly graceMs: number }): Disposable {
  if (process.platform === 'win32') return { [Symbol.dispose]: () => undefined };
  const guard = spawn('sh', ['-c', script, 'sh', String(group), String(Math.ceil(graceMs / 100))], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // A signal to our group must not reach it.
    detached: true,
  });
  guard.unref();
  // It can be gone before it is released, if someone killed it.
  guard.stdin.on('error', () => undefined);
  guard.on('error', () => undefined);
  return { [Symbol.dispose]: () => void guard.stdin.end('\n') };
}

/** Calls back once if the process that started this one ends before it. */
export function onOrphaned(orphaned: () => void): Disposable {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    orphaned();
  }, 500).unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
