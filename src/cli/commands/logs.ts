import { constants } from 'node:os';
import { parseDuration } from '../../deploy/plan/plan.ts';
import { followLogs } from '../../platforms/kubernetes/logs/follow-logs.ts';
import { readLogs } from '../../platforms/kubernetes/logs/read-logs.ts';
import { DeployError } from '../../shared/errors.ts';
import { onDeployment, type DeploymentFlags } from '../context/deployment.ts';
import { logLines } from '../terminal/log-lines.ts';
import type { Session } from '../context/session.ts';

export interface LogFlags extends DeploymentFlags {
  readonly tail?: string | undefined;
  readonly since?: string | undefined;
  readonly previous?: boolean | undefined;
  readonly follow?: boolean | undefined;
  readonly timestamps?: boolean | undefined;
}

/** `self logs`: follows every replica, new and restarted ones too, until Ctrl-C. Lines are data: they go to stdout. */
export async function selfLogs(session: Session, flags: LogFlags): Promise<number> {
  const { terminal, signal } = session;
  const tail = flags.tail === undefined ? undefined : parseTail(flags.tail);
  const sinceSeconds = flags.since === undefined ? undefined : Math.ceil(parseDuration('--since', flags.since) / 1000);
  if (flags.previous === true && flags.follow === true) {
    throw new DeployError('bad-usage', 'Cannot follow what ended before the last restart', {
      hint: 'Pass --previous or --follow.',
    });
  }
  return onDeployment(session, flags, async (cluster, { name }) => {
    const onLine = logLines({
      format: flags.output === 'json' ? 'json' : 'text',
      timestamps: flags.timestamps === true,
      signal,
    });
    const onNotice = (text: string): void => terminal.report({ kind: 'warning', text });
    const how = { name, signal, onLine, onNotice, sinceSeconds, tail };
    const { previous = false, follow = !previous } = flags;
    try {
      if (follow) await followLogs(cluster, how);
      else if ((await readLogs(cluster, { ...how, previous })) === 0 && previous) {
        terminal.say(`No replica of ${name} has a log from before a restart.`);
      }
    } catch (error) {
      // Ctrl-C is how one stops to follow, and a reader that has enough (`| head -1`) how one stops to read.
      const isEnough = signal.aborted && (follow || session.endedStatus() === brokenPipe);
      if (!isEnough) throw error;
    }
    return 0;
  });
}

/** What a shell shows of a program that wrote where nobody reads. */
const brokenPipe = 128 + constants.signals.SIGPIPE;

function parseTail(text: string): number {
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw new DeployError('bad-usage', `Cannot begin with "${text}" lines`, { hint: 'Pass --tail with a whole number.' });
}
