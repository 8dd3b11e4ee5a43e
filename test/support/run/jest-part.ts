import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunFolder } from './leftovers.ts';
import { jestWords, type TestPart } from './parts.ts';
import { countedIn, type Counted } from './report.ts';

export interface PartOptions {
  readonly root: string;
  readonly folder: RunFolder;
  /** The user's words for jest. */
  readonly only: readonly string[];
  /** How many files run at the same time. */
  readonly workers: number;
  readonly env: NodeJS.ProcessEnv;
  /** True: what it prints is shown when it has ended, since another part prints at the same time. */
  readonly isShownLate?: boolean;
}

/** Runs a part of the tests. */
export async function runPart(part: TestPart, options: PartOptions): Promise<Counted> {
  const { root, folder, only, workers, env, isShownLate = false } = options;
  const report = join(folder.own, `${part}.json`);
  // Without it, what a failed test leaves running would keep jest from ending.
  const more = ['--forceExit', '--json', `--outputFile=${report}`, `--maxWorkers=${workers}`];
  // A file, since a process that is left would hold a pipe open.
  const log = isShownLate ? openSync(join(folder.own, `${part}.log`), 'w+') : undefined;
  const jest = spawn(process.execPath, jestWords(part, { only, more }), {
    cwd: root,
    env: { ...env, TMPDIR: folder.temporary },
    stdio: ['ignore', 'ignore', log ?? 'inherit'],
  });
  const [status] = (await once(jest, 'exit')) as [number | null];
  if (log !== undefined) {
    closeSync(log);
    process.stderr.write(readFileSync(join(folder.own, `${part}.log`)));
  }
  try {
    return countedIn(readFileSync(report, 'utf8'), { status, root });
  } catch (error) {
    console.error(`The test runner left no report: ${String(error)}`);
    return { passed: 0, failed: 1, files: [] };
  }
}
