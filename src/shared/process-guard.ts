// Ends a program after this process is gone, however that happened: nothing runs here after SIGKILL.
import { spawn } from 'node:child_process';

// Its standard input ends with this process. A line before that releases it. The program gets the time to end in order.
const script = `read -r _ && exit
if kill -s TERM -- -"$1" 2>/dev/null; then
  for _ in $(seq "$2"); do sleep 0.1; kill -s 0 -- -"$1" 2>/dev/null || break; done
  kill -s KILL -- -"$1" 2>/dev/null
fi
[ -z "$3" ] || rm -rf -- "$3"`;

export interface GuardOptions {
  readonly graceMs: number;
  /** Goes after the program. */
  readonly folder?: string;
}

/**
 * Starts a guard for a process group. It sends SIGTERM to the group when this process is gone, and SIGKILL after `graceMs`.
 * Does nothing on Windows, which has no process groups.
 *
 * @param group the process id of the leader.
 * @returns releases the guard, and waits until it has ended: call it when the leader has ended, since its id may then become that of another process.
 */
export function endWithUs(group: number, { graceMs, folder = '' }: GuardOptions): AsyncDisposable {
  if (process.platform === 'win32') return { [Symbol.asyncDispose]: async () => undefined };
  const guard = spawn('sh', ['-c', script, 'sh', String(group), String(Math.ceil(graceMs / 100)), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // A signal to our group must not reach it.
    detached: true,
  });
  guard.unref();
  // It can be gone before it is released, if someone killed it.
  guard.stdin.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => guard.on('error', () => resolve()).on('exit', () => resolve()));
  return {
    async [Symbol.asyncDispose]() {
      guard.ref();
      guard.stdin.end('\n');
      await ended;
    },
  };
}
