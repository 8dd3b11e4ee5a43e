import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { dump } from 'js-yaml';
import { prepare } from '../../deploy/prepare.ts';
import { onCluster, openDeploy } from '../context/open-deploy.ts';
import { apply, type Live, type ServerApplied } from '../../platforms/kubernetes/apply/apply.ts';
import { normalize } from '../../platforms/kubernetes/apply/normalize.ts';
import { splitArguments } from '../../shared/flags.ts';
import { readFlags } from '../flags/command-line.ts';
import { dataFormat, printData } from '../output/print-data.ts';
import { patchText } from '../terminal/patch-text.ts';
import type { Session } from '../context/session.ts';
import { command } from '../context/command.ts';

/** One object that would be changed. */
interface Difference extends Pick<ServerApplied, 'kind' | 'name'> {
  readonly change: 'created' | 'changed' | 'unchanged';
  /** A unified diff of YAML; empty where nothing would change. */
  readonly diff: string;
}

/**
 * `self diff`: what this executable, deployed with these flags, would change. Nothing is. Exit status 1 if it differs.
 *
 * @param argv the flags of `--kubernetes`, and the application's.
 */
async function selfDiff(session: Session, argv: readonly string[]): Promise<number> {
  const { terminal, signal } = session;
  const { ownArgs, appArgs } = splitArguments(argv);
  const flags = readFlags(ownArgs);
  const { plan, world, destination } = await openDeploy(session, { flags, appArgs, open: onCluster(session, flags) });
  try {
    const { intent } = await prepare(plan, world);
    const differences: Difference[] = [];
    await apply(destination.cluster, destination.platform.render(intent), {
      dryRun: true,
      signal,
      onApplied: ({ kind, before, after }) => differences.push({ kind, ...differenceOf(kind, before, after) }),
    });
    const isDifferent = differences.some(({ change }) => change !== 'unchanged');
    const format = dataFormat(flags.output);
    if (format !== undefined) printData({ different: isDifferent, objects: differences }, format);
    else for (const { diff } of differences) process.stdout.write(patchText(diff, process.stdout));
    const names = differences.filter(({ change }) => change !== 'unchanged').map(({ kind, name }) => `${kind} ${name}`);
    terminal.close();
    terminal.say(isDifferent ? `A deploy would change: ${names.join(', ')}` : 'A deploy would change nothing');
    return isDifferent ? 1 : 0;
  } finally {
    terminal.close();
    await destination.platform.close();
  }
}

function differenceOf(kind: string, before: Live | undefined, after: Live): Omit<Difference, 'kind'> {
  const { name = '' } = after.metadata;
  const [live, wanted] = [before === undefined ? '' : yamlOf(before), yamlOf(after, before)];
  if (live === wanted) return { name, change: 'unchanged', diff: '' };
  const place = `${kind} ${name}`;
  const diff = createTwoFilesPatch(
    before === undefined ? '/dev/null' : `${place} as it is`,
    `${place} as it would be`,
    live,
    wanted,
    undefined,
    undefined,
    { context: 3, headerOptions: FILE_HEADERS_ONLY },
  );
  return { name, change: before === undefined ? 'created' : 'changed', diff };
}

function yamlOf(object: Live, before?: Live): string {
  return dump(normalize(object, before), { lineWidth: -1, noRefs: true });
}

export const diffCommand = command({
  name: 'diff',
  describe: 'What a deploy with these flags would change; takes those of --kubernetes',
  does: 'shows what a deploy with these flags would change; exit status 1 if anything',
  usage: 'diff [--replicas N ...]',
  flags: {},
  takesDeployFlags: true,
  examples: [
    ['diff', 'what would a deploy change?'],
    ['diff --replicas 3', 'and one with this flag?'],
  ],
  schema: 'diff',
  run: (session, _flags, { words }) => selfDiff(session, words),
});
