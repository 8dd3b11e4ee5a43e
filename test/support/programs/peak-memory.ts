import { readFileSync, writeFileSync } from 'node:fs';

/** What a program may need more than it does otherwise, whatever others send it. */
export const mostGrowthMebibytes = 200;

/** The most memory that a process has ever held resident, in mebibytes; undefined if it has ended. */
function peakMebibytes(pid: number | 'self'): number | undefined {
  try {
    const [, kibibytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return kibibytes === undefined ? undefined : Number(kibibytes) / 1024;
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** Looks at that of a process from time to time, since it is gone with it. @returns what stops, and tells the most. */
export function watchPeak(pid: number | undefined): () => number {
  let most = 0;
  const look = setInterval(() => {
    most = (pid && peakMebibytes(pid)) || most;
  }, 10);
  return () => {
    clearInterval(look);
    return most;
  };
}

/**
 * Counts from now on how much more memory this process holds resident at a time, in mebibytes.
 * https://man7.org/linux/man-pages/man5/proc_pid_clear_refs.5.html
 */
export function countGrowth(): () => number {
  writeFileSync('/proc/self/clear_refs', '5');
  const before = peakMebibytes('self') ?? 0;
  return () => (peakMebibytes('self') ?? 0) - before;
}
