import { once } from 'node:events';
import { styleText } from 'node:util';
import type { LogLine } from '../../platforms/kubernetes/logs/cursor.ts';
import { jsonText, visible } from '../../shared/visible.ts';

const colours = ['cyan', 'magenta', 'yellow', 'blue', 'green', 'red'] as const;

/** Writes lines of many replicas, as they are, with a prefix, and on a terminal a colour, for each. */
export function prefixed<W>(
  write: (line: string) => W,
  stream: NodeJS.WriteStream,
): (replica: string, text: string) => W {
  const seen = new Map<string, (typeof colours)[number]>();
  return (replica, text) => {
    const colour = seen.get(replica) ?? colours[seen.size % colours.length] ?? 'cyan';
    seen.set(replica, colour);
    return write(`${styleText(colour, `${visible(replica)} |`, { stream })} ${text}`);
  };
}

interface LogLook {
  readonly format: 'text' | 'json';
  readonly timestamps: boolean;
  /** True: lines reach a terminal as they are, whatever they do to it. */
  readonly isRaw: boolean;
  /** Ends the waiting for a reader that takes its time. */
  readonly signal: AbortSignal;
}

/**
 * Lines that are what was asked for: they go to stdout, no faster than its reader takes them. A file or a pipe gets them as they are.
 */
export function logLines({ format, timestamps, isRaw, signal }: LogLook): (line: LogLine) => Promise<void> {
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
    return async ({ pod, node, restart, time, text }) => write(jsonText({ pod, node, restart, time, text }));
  }
  const print = prefixed(write, process.stdout);
  const shown = isRaw || !process.stdout.isTTY ? (text: string) => text : visible;
  return async ({ pod, time, text }) => print(pod, shown(timestamps ? `${time} ${text}` : text));
}
