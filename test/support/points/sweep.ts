import { mkdtemp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exitStatus } from '../../../src/shared/errors.ts';
import { busyExecutables, changedExecutable, helloExecutable } from '../programs/executables.ts';
import { clocksLater } from '../kubernetes/later.ts';
import { type EndedProgram, type ProgramOptions, runProgram } from '../programs/program.ts';
import { changeOf, type Point, pointsOf, type Service } from './calls.ts';
import type { FaultCommand, Step } from './commands.ts';
import { type Fault, faults } from './faults.ts';
import type { AppWay, PointsPlace, State } from './place.ts';
import type { KeptStore } from './stores.ts';

const programs = {
  first: helloExecutable,
  second: changedExecutable,
  busy: busyExecutables.first,
  'busy-changed': busyExecutables.second,
} as const;
/** No command takes so long, whatever happens; the longest wait of one is for pods, and has an end. */
const longestMs = 600_000;
const documented: ReadonlySet<number> = new Set([0, ...Object.values(exitStatus)].filter((status) => status !== 70));

/** How a command goes where nothing happens. */
export interface Undisturbed {
  readonly command: FaultCommand;
  readonly points: readonly Point[];
  /** What was stored before it; nothing where it is the first. */
  readonly kept: KeptStore | undefined;
  /** What there is afterwards. */
  readonly state: object;
}

/** A fault at a point of a command. */
export interface Trial {
  readonly whole: Undisturbed;
  readonly point: Point;
  readonly fault: Fault;
}

/** What came of it. */
export interface TriedPoint {
  /** Its title. */
  readonly command: string;
  readonly what: string;
  readonly status: number | null;
  /** True: the command ended as if nothing had been, and not only when it was given again. */
  readonly wentOn: boolean;
  readonly said: string;
  /** Empty: it was survived. */
  readonly wrong: readonly string[];
}

/** Runs a command with nothing in its way, and keeps which of its calls change something. */
export async function undisturbed(place: PointsPlace, command: FaultCommand, name: string): Promise<Undisturbed> {
  await using way = await place.open(name, command.store);
  const run = await prepared(way, command);
  const kept = command.before.length === 0 ? undefined : await way.keepStored();
  const calls: Omit<Point, 'nth'>[] = [];
  for (const [service, gate] of gatesOf(way)) {
    gate.fault = (request) => {
      const change = changeOf(request, way);
      if (change === undefined) return undefined;
      // What is refused changes nothing, and comes again.
      const reached = (status = 500): void => void (status < 300 && calls.push({ service, ...change }));
      return { isDone: true, answer: 'theirs', reached };
    };
  }
  const { status, stderr } = await run();
  if (status !== (command.status ?? 0)) {
    throw new Error(`${command.title} ended with ${status} though nothing happened: ${stderr}`);
  }
  return { command, points: pointsOf(calls), kept, state: comparable(await way.state(), name) };
}

/** Leaves out of a command on one more store the points that it has on the stores before. */
export function withoutTwins(wholes: readonly Undisturbed[]): Undisturbed[] {
  const seen = new Set<string>();
  return wholes.map((whole) => {
    const { program, words } = whole.command.run;
    const points = whole.points.filter(({ service, call, nth }) => {
      const key = [program, ...words, service, call, nth].join(' ');
      return !seen.has(key) && seen.add(key);
    });
    return Object.assign({}, whole, { points });
  });
}

/** Every fault at every point. */
export function trialsOf(wholes: readonly Undisturbed[]): Trial[] {
  return wholes.flatMap((whole) =>
    whole.points.flatMap((point) =>
      faults.filter(({ at }) => at(point) !== undefined).map((fault) => ({ whole, point, fault })),
    ),
  );
}

/**
 * Has a fault happen at a point of a command. It has to end with a word on what failed, and what served before has to serve at
 * every moment. Then the same command, with nothing in its way, has to finish the job: to the state that it leaves where nothing happens.
 */
export async function tryPoint(place: PointsPlace, { whole, point, fault }: Trial, name: string): Promise<TriedPoint> {
  const { command, state, kept } = whole;
  // What is done before need not send an executable again.
  await using way = await place.open(name, command.store, kept);
  const run = await prepared(way, command);
  const endWatch = await way.watchServing();
  const wrong: string[] = [];

  const { reached, isReached } = breakAt(way, point, fault);
  const ended = await run(fault.isKill ? [{ at: reached, name: 'SIGKILL' }] : []);
  for (const [, gate] of gatesOf(way)) gate.fault = undefined;
  if (!isReached()) wrong.push('the point was not reached');
  const wentOn = ended.status === (command.status ?? 0);
  wrong.push(...wrongEnd(ended, { ...fault, wentOn, hasToPass: fault.passesAt?.includes(point.service) }));
  if (wentOn && fault.isOfOthers !== true)
    wrong.push(...differences('it is not done', { is: comparable(await way.state(), name), was: state }));

  const again = await run();
  const right: unknown[] = [command.status ?? 0, command.doneStatus];
  if (!right.includes(again.status)) wrong.push(`again: ended with ${again.status}: ${again.stderr}`);
  wrong.push(...differences('again', { is: comparable(await way.state(), name), was: state }));
  const { atFirst, atLeast } = await endWatch();
  const mayEnd = command.run.words.includes('delete');
  if (atFirst > 0 && atLeast === 0 && !mayEnd) wrong.push('for a time nothing served');
  const { service, call, nth } = point;
  const what = `${command.title}: ${fault.title} at ${service} ${call} #${nth}`;
  return { command: command.title, what, status: ended.status, wentOn, said: ended.stderr, wrong };
}

function breakAt(way: AppWay, point: Point, fault: Fault) {
  const { promise: reached, resolve } = Promise.withResolvers<void>();
  const [gate, broken] = [way.gates[point.service], fault.at(point)];
  if (gate === undefined || broken === undefined) throw new Error(`No ${fault.title} at ${point.service}`);
  let [isReached, count] = [false, 0];
  gate.fault = (request) => {
    if (isReached || changeOf(request, way)?.call !== point.call) return undefined;
    count += 1;
    isReached = count > point.nth;
    return isReached ? { ...broken, reached: () => resolve() } : undefined;
  };
  return { reached, isReached: () => isReached };
}

interface Ending {
  readonly isKill?: true;
  readonly wentOn: boolean;
  /** True: it has to end as if nothing had been. */
  readonly hasToPass?: boolean | undefined;
}

/** What is not right about how a command ended that a fault has happened in. */
export function wrongEnd(
  { status, killedBy, stderr }: EndedProgram,
  { isKill, wentOn, hasToPass = false }: Ending,
): string[] {
  if (isKill) return killedBy === 'SIGKILL' ? [] : [`ended with ${status} before it was killed`];
  return [
    ...(documented.has(status ?? -1) ? [] : [`ended with ${status}`]),
    ...(wentOn || !hasToPass ? [] : [`ended with ${status}, though it passes`]),
    ...(status === 0 || /^error: .+\./m.test(stderr) ? [] : ['does not say what failed']),
    ...(/selfsame failed|\n {4}at /.test(stderr) ? ['showed a stack'] : []),
  ];
}

type Run = (signals?: NonNullable<ProgramOptions['signals']>) => Promise<EndedProgram>;

/** Does what has to be done before a command, and returns how to give it. */
async function prepared(way: AppWay, command: FaultCommand): Promise<Run> {
  let release = '';
  for (const step of command.before) {
    const at = step.killedAt && way.gates.cluster?.hold(step.killedAt);
    const { status, killedBy, stderr } = await runStep(way, step, at ? [{ at, name: 'SIGKILL' }] : []);
    if (status !== 0 && killedBy === undefined)
      throw new Error(`${step.words.join(' ')} ended with ${status}: ${stderr}`);
    release ||= (await way.state()).deployment?.release ?? '';
  }
  const words = command.run.words.map((word) => (word === 'RELEASE' ? release : word));
  return async (signals = []) => runStep(way, { ...command.run, words }, signals);
}

async function runStep(
  { name, namespace, folder, env, gates }: AppWay,
  { program, words, hoursLater }: Step,
  signals: NonNullable<ProgramOptions['signals']>,
): Promise<EndedProgram> {
  const own = await mkdtemp(join(folder, 'run-'));
  const given = [...words, '--name', name, '--namespace', namespace];
  const later = hoursLater === undefined ? undefined : clocksLater(hoursLater);
  if (gates.cluster) gates.cluster.edit = later?.edit;
  const late = { at: sleep(longestMs, undefined, { ref: false }), name: 'SIGKILL' } as const;
  const ended = await runProgram(programs[program], given, {
    env: { ...env, TMPDIR: own },
    signals: [...signals, late],
    under: later?.under ?? [],
  });
  const left = ended.killedBy === undefined ? await readdir(own) : [];
  return left.length === 0 ? ended : { ...ended, status: 70, stderr: `${ended.stderr}\nleft ${left.join(', ')}` };
}

function gatesOf(way: AppWay) {
  return Object.entries(way.gates) as [Service, NonNullable<AppWay['gates'][Service]>][];
}

/** A state without what differs from run to run, and without what only the next version needs. */
function comparable({ deployment, objects, stored }: State, name: string): object {
  const own = objects.map((object) => object.replaceAll(name, 'NAME'));
  return {
    deployment,
    objects: own.toSorted(),
    stored: stored.filter((key) => !key.startsWith('runtimes/')).toSorted(),
  };
}

function differences(when: string, { is, was }: { readonly is: object; readonly was: object }): string[] {
  const [one, other] = [JSON.stringify(is), JSON.stringify(was)];
  return one === other ? [] : [`${when}: ${one}, not ${other}`];
}
