import { existsSync, writeFileSync, writeSync } from 'node:fs';

/** Why the executable cannot be started. The statuses are listed at the head of runner/run.sh, and 76 in main.ts. */
export class Failure extends Error {
  readonly status: number;

  constructor(status: number, reason: string, cause?: unknown) {
    super(reason, cause === undefined ? {} : { cause });
    this.status = status;
  }
}

/** One line to stderr, at once: what is written through a stream may come after the application's first line. */
export function sayLine(text: string): void {
  try {
    writeSync(2, lineOf(text));
  } catch (error) {
    // Nobody reads any more, or not fast enough: that is no reason not to start.
    if (!['EPIPE', 'EAGAIN'].includes(codeOf(error))) throw error;
  }
}

/** Says why, and leaves it where Kubernetes looks for it. */
export function leaveReason(reason: string, environment: NodeJS.ProcessEnv): void {
  sayLine(reason);
  const given = environment['SELFSAME_TERMINATION_LOG'];
  if (!given && !existsSync('/dev/termination-log')) return;
  try {
    writeFileSync(given || '/dev/termination-log', lineOf(reason));
  } catch (error) {
    // It stands in the log in any case.
    if (codeOf(error) === '') throw error;
  }
}

function lineOf(text: string): string {
  return `selfsame runner: ${text.replace(/\s+/g, ' ')}\n`;
}

/** The system's name for what went wrong, e.g. `ENOSPC`; empty if it was nothing of the kind. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : '';
  return typeof code === 'string' ? code : '';
}

/** Makes what says about each second how far something has come, if that is a twentieth more: whoever looks on reads it. */
export function progressTeller(sizeBytes: number): (hereBytes: number) => void {
  let [toldAt, told] = [performance.now(), 0];
  return (hereBytes) => {
    const now = performance.now();
    if (now - toldAt < 1_000) return;
    const percent = Math.floor((hereBytes * 100) / (sizeBytes + 1));
    toldAt = now;
    // Fewer than before: it has begun again.
    if (percent >= told && percent < told + 5) return;
    told = percent;
    sayLine(`${megabytes(hereBytes)} of ${megabytes(sizeBytes)} MB are here (${percent} %)`);
  };
}

export function megabytes(bytes: number): string {
  return (Math.floor(bytes / 100_000) / 10).toFixed(1);
}

export function seconds(milliseconds: number): string {
  return (Math.floor(milliseconds / 100) / 10).toFixed(1);
}
