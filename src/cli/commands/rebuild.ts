import { rebuild } from '../../executable/rebuild.ts';
import { openExecutable, openSelf } from '../../executable/self.ts';
import { parseLinuxTarget } from '../../shared/target.ts';
import type { Session } from '../context/session.ts';
import type { FlagsOf } from '../../shared/flag.ts';
import { command } from '../context/command.ts';
import { rebuildFlags } from '../flags/rebuild-flags.ts';

/** `self rebuild`: writes this application, or that of another executable, for a Linux target. Prints as `sha256sum` does. */
async function selfRebuild({ terminal, signal }: Session, flags: FlagsOf<typeof rebuildFlags>): Promise<number> {
  const target = parseLinuxTarget(flags.target);
  const from = flags.from === undefined ? await openSelf() : await openExecutable(flags.from);
  const version = await rebuild(target, {
    from,
    output: flags.output,
    runtimes: { source: flags['runtime-source'] },
    report: terminal.report,
    signal,
  });
  process.stdout.write(`${version}  ${flags.output}\n`);
  return 0;
}

export const rebuildCommand = command({
  name: 'rebuild',
  describe: 'Write this application as an executable for a Linux target',
  does: 'writes the executable for another target; `--from FILE` takes the application out of another one',
  usage: 'rebuild --target T -o FILE',
  flags: rebuildFlags,
  examples: [['rebuild --target linux-arm64 -o app', 'the same for another machine']],
  run: selfRebuild,
});
