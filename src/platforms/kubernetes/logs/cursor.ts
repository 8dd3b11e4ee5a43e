/** A line with the time at which its container wrote it. */
export interface TimedLine {
  /** As the kubelet gives it: RFC 3339, to the nanosecond. */
  readonly time: string;
  readonly text: string;
}

/**
 * Remembers how far the log of a pod was read, so that reading on after a break gives each line once. The API resumes by
 * whole seconds and gives some lines again; several lines may carry one time, and two streams may be slightly out of order,
 * so the lines of the last two seconds are remembered themselves.
 */
export interface LogCursor {
  /** Where to read on: for `sinceTime`. Undefined before the first line. */
  readonly since: string | undefined;
  /** To be called whenever reading begins anew. */
  reading(): LogReading;
  /** Remembers a line that was read, of the instance of the container with so many restarts before it. */
  keep(line: string, restart: number): void;
}

/** One answer to a question for the log, line by line. */
interface LogReading {
  /**
   * What a line is: `fresh`; `known` from an earlier reading, and of which instance; or undefined, where it counts for
   * nothing: a remark of the kubelet's, or older than where reading was told to begin.
   */
  look(line: string): { readonly known: number } | { readonly fresh: TimedLine } | undefined;
}

interface Recent {
  readonly second: number;
  readonly line: string;
  readonly restart: number;
}

export function logCursor(): LogCursor {
  let newest: number | undefined;
  let first: number | undefined;
  let recent: Recent[] = [];

  return {
    get since() {
      return newest === undefined ? undefined : new Date((newest - 1) * 1000).toISOString().replace('.000', '');
    },

    reading() {
      const expected = Map.groupBy(recent, ({ line }) => line);
      // The lines that were read are one piece of the log; `--tail` may have left out others within these seconds.
      const begin = first;
      let isWithin = false;
      return {
        look(line) {
          const again = expected.get(line)?.shift();
          isWithin ||= again !== undefined;
          if (again !== undefined) return { known: again.restart };
          const fresh = timedLine(line);
          if (fresh === undefined) return undefined;
          return !isWithin && begin !== undefined && microseconds(fresh.time) < begin ? undefined : { fresh };
        },
      };
    },

    keep(line, restart) {
      const time = timedLine(line)?.time ?? '';
      const second = Math.floor(Date.parse(time) / 1000);
      first ??= microseconds(time);
      if (newest === undefined || second > newest) {
        newest = second;
        recent = recent.filter((one) => one.second >= second - 1);
      }
      recent.push({ second, line, restart });
    },
  };
}

/**
 * Takes the time off a line that was asked for with it.
 *
 * @returns undefined without a time: the kubelet's own remarks (that the log is gone, for instance) carry none.
 */
export function timedLine(line: string): TimedLine | undefined {
  const space = line.indexOf(' ');
  const time = space < 0 ? line : line.slice(0, space);
  if (!/^\d{4}-\d\d-\d\dT/.test(time) || Number.isNaN(Date.parse(time))) return undefined;
  return { time, text: space < 0 ? '' : line.slice(space + 1) };
}

/** The finest that a number holds of a time of our days. */
function microseconds(time: string): number {
  const [, digits = ''] = /\.\d{3}(\d{1,3})/.exec(time) ?? [];
  return Date.parse(time) * 1000 + Number(digits.padEnd(3, '0'));
}

/** One line that a replica wrote. */
export interface LogLine {
  readonly pod: string;
  readonly node?: string | undefined;
  /** How often its container had been restarted when it wrote that. */
  readonly restart: number;
  /** When, as the node's clock says: RFC 3339, to the nanosecond. */
  readonly time: string;
  readonly text: string;
}
