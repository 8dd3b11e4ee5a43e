import { once } from 'node:events';
import { styleText } from 'node:util';
import type { LogLine } from '../../platforms/kubernetes/logs/cursor.ts';

const colours = ['cyan', 'magenta', 'yellow', 'blue', 'green', 'red'] as const;

/** Writes lines of many replicas with a prefix, and on a terminal a colour, for each. */
export function prefixed<W>(
  write: (line: string) => W,
  stream: NodeJS.WriteStream,
): (replica: string, text: string) => W {
  const seen = new Map<string, (typeof colours)[number]>();
  return (replica, text) => {
    const colour = seen.get(replica) ?? colours[seen.size % colours.length] ?? 'cyan';
    seen.set(replica, colour);
    return write(`${styleText(colour, `${replica} |`, { stream })} ${text}`);
  };
}

interface LogLook {
  readonly format: 'text' | 'json';
  readonly timestamps: boolean;
  /** Ends the waiting for a reader that takes its time. */
  readonly signal: AbortSignal;
}

/** Lines that are what was asked for: they go to stdout, no faster than its reader takes them. */
export function logLines({ format, timestamps, signal }: LogLook): (line: LogLine) => Promise<void> {
  async function write(line: string): Promise<void> {
    if (process.stdout.write(`${line}\n`)) return;
    try {
      await once(process.stdout, 'drain', { signal });
    } catch (error) {
      // Nobody reads any more: whoever guards the outputs knows.
      if (!signal.aborted && (error as NodeJS.ErrnoException).code !== 'EPIPE') throw error;
    }
  }
  if (format === 'json') {
    return async ({ pod, node, restart, time, text }) => write(JSON.stringify({ pod, node, restart, time, text }));
  }
  const print = prefixed(write, process.stdout);
  return async ({ pod, time, text }) => print(pod, timestamps ? `${time} ${text}` : text);
}
