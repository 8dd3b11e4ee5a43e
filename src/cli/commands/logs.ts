import { constants } from 'node:os';
import { parseDuration } from '../../deploy/plan/plan.ts';
import { followLogs } from '../../platforms/kubernetes/logs/follow-logs.ts';
import { readLogs } from '../../platforms/kubernetes/logs/read-logs.ts';
import { DeployError } from '../../shared/errors.ts';
import { onDeployment } from '../context/deployment.ts';
import { logLines } from '../terminal/log-lines.ts';
import type { Session } from '../context/session.ts';
import type { FlagsOf, FlagTable } from '../../shared/flag.ts';
import { flagTable } from '../../shared/flags.ts';
import { command } from '../context/command.ts';
import { deploymentFlags } from '../flags/shared-flags.ts';

const takes = {
  ...deploymentFlags,
  tail: { type: 'string', value: 'N', describe: 'Begin with the last N lines of each replica', default: 'all' },
  since: { type: 'string', value: 'TIME', describe: 'Begin this long ago, e.g. 10m' },
  previous: { type: 'boolean', describe: 'What was written before the last restart; does not follow' },
  follow: { type: 'boolean', describe: 'Go on until Ctrl-C; --no-follow prints what is there' },
  timestamps: { type: 'boolean', describe: 'Put before each line when it was written' },
  raw: {
    type: 'boolean',
    describe: 'Lines as they are also on a terminal, where control characters are otherwise made visible',
  },
  output: {
    ...flagTable.output,
    choices: ['text', 'json'],
    describe: 'What stdout gets: text, or json, an object a line',
  },
} as const satisfies FlagTable;

/** `self logs`: follows every replica, new and restarted ones too, until Ctrl-C. Lines are data: they go to stdout. */
async function selfLogs(session: Session, flags: FlagsOf<typeof takes>): Promise<number> {
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
      isRaw: flags.raw === true,
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

export const logsCommand = command({
  name: 'logs',
  describe: 'Follow the logs of every replica',
  does: 'follows every replica, new and restarted ones too; `--since 10m`, `--tail N`, `--timestamps`; `--no-follow` prints what is there, `--previous` what came before the last restart',
  flags: takes,
  isCommon: true,
  examples: [
    ['logs', 'everything that replicas say'],
    ['logs --tail 10', 'begin with their last lines'],
    ['logs --since 5m', 'begin five minutes ago'],
  ],
  schema: 'log-line',
  run: selfLogs,
});
