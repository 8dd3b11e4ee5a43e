import { rebuild } from '../../executable/rebuild.ts';
import { openExecutable, openSelf } from '../../executable/self.ts';
import { parseLinuxTarget } from '../../shared/target.ts';
import type { Session } from '../context/session.ts';

export interface RebuildFlags {
  readonly target: string;
  readonly output: string;
  readonly from?: string | undefined;
  readonly 'runtime-source'?: string | undefined;
}

/** `self rebuild`: writes this application, or that of another executable, for a Linux target. Prints as `sha256sum` does. */
export async function selfRebuild({ terminal, signal }: Session, flags: RebuildFlags): Promise<number> {
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
