import type { EndedProgram } from '../programs/program.ts';
import { type Deployer, deployerIn, type FaultPlace, type Remains, remainsOf, remainsText } from './place.ts';

/** What has to come of a case. */
export interface Expected {
  readonly status: number;
  /** Each is on stderr. */
  readonly says: readonly RegExp[];
  /** What is there afterwards: nothing, the version of `ready` with all its replicas, or anything. */
  readonly left: 'nothing' | 'ready' | 'anything';
}

/** What came of a case. */
export interface Tried {
  readonly what: string;
  readonly status: number | null;
  readonly said: string;
  readonly left: string;
  /** Empty: it is right. */
  readonly wrong: readonly string[];
}

/** A case that is over: what ended how, and what there is. */
export interface Over {
  readonly what: string;
  readonly ended: EndedProgram;
  readonly left: Remains;
  readonly expected: Expected;
}

/** Judges a case, and then runs the same command once more: that has to finish the job, whatever happened before. */
export async function judged(
  { what, ended, left, expected }: Over,
  finish: () => Promise<{ readonly ended: EndedProgram; readonly left: Remains }>,
): Promise<Tried> {
  const { status, stderr } = ended;
  const wrong = [
    ...(status === expected.status ? [] : [`ended with ${status}, not ${expected.status}`]),
    ...expected.says.filter((said) => !said.test(stderr)).map((said) => `did not say ${said.source}`),
    ...(/selfsame failed|\n {4}at /.test(stderr) ? ['showed a stack'] : []),
    ...(expected.left === 'nothing' && remainsText(left) !== 'nothing' ? ['left something'] : []),
    ...(expected.left === 'ready' && !isReady(left) ? ['is not ready'] : []),
  ];
  const finished = await finish();
  if (finished.ended.status !== 0) wrong.push(`again: ended with ${finished.ended.status}: ${finished.ended.stderr}`);
  else if (!isReady(finished.left)) wrong.push(`again: ${remainsText(finished.left)}`);
  if (wrong.length > 0) console.error(`${what}: ${wrong.join('; ')}\n${stderr}`);
  return { what, status, said: shortened(stderr), left: remainsText(left), wrong };
}

function isReady({ deployment }: Remains): boolean {
  return deployment !== undefined && deployment.ready === 2 && deployment.wanted === 2;
}

/** What tells of the fault: warnings and errors, and what was waited for. */
function shortened(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => /^(?:warning: (?!not checked)|error: | {2}waiting: )/.test(line));
  const told = lines.map((line) => line.trim().replaceAll(/https:\/\/\S+?(?=:? |$)/g, 'https://…'));
  return told.length === 0 ? (stderr.trim().split('\n').at(-1) ?? '') : told.join(' | ');
}

/** Opens deployers for a case, and closes them afterwards. */
export async function withDeployer<T>(
  place: FaultPlace,
  name: string,
  use: (deployer: Deployer) => Promise<T>,
): Promise<T> {
  const deployer = await deployerIn(place, name);
  try {
    return await use(deployer);
  } finally {
    await deployer.close();
  }
}

/** Runs the same command again, and looks. */
export async function again(
  place: FaultPlace,
  deployer: Deployer,
  options?: Parameters<Deployer['deploy']>[0],
): Promise<{ ended: EndedProgram; left: Remains }> {
  const ended = await deployer.deploy(options).ended;
  return { ended, left: await remainsOf(place, deployer.name) };
}

/** What is wrong in cases that were tried. */
export function wrongIn(tried: readonly Tried[]): string[] {
  return tried.flatMap(({ what, wrong }) => wrong.map((each) => `${what}: ${each}`));
}
