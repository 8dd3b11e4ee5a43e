import pMap from 'p-map';
import { pointsOf } from '../calls.ts';
import { sampleOf, type SweepOptions, type Swept } from '../sample.ts';
import { type TriedPoint, wrongEnd } from '../sweep.ts';
import { callsIn, type DiskCall, failedCall, killedCalls, removes, writes } from './calls.ts';
import { type DiskCommand, diskCommands } from './commands.ts';
import { type DiskFault, faultsAt } from './faults.ts';
import { type Disk, type Injection, openDisk, type RecordedProgram } from './place.ts';

type Files = Awaited<ReturnType<Disk['files']>>;
type DiskPoint = DiskCall & { readonly nth: number };

/** How a command goes where nothing happens. */
interface UndisturbedDisk {
  readonly command: DiskCommand;
  readonly points: readonly DiskPoint[];
  readonly files: Files;
}

interface DiskTrial {
  readonly whole: UndisturbedDisk;
  readonly point: DiskPoint;
  readonly fault: DiskFault;
}

/** As `sweep`, for what commands write on the disk of who gives them. */
export async function sweepDisk({ share, ...atOnce }: SweepOptions): Promise<Swept> {
  const wholes = await pMap(diskCommands, undisturbed, atOnce);
  const all = wholes.flatMap((whole) =>
    whole.points.flatMap((point) => faultsAt(point).map((fault) => ({ whole, point, fault }))),
  );
  const tried = await pMap(sampleOf(all, share), tryPoint, atOnce);
  return { wholes, trials: all.length, tried };
}

async function undisturbed(command: DiskCommand): Promise<UndisturbedDisk> {
  await using disk = await openDisk();
  await command.before?.(disk);
  const { status, stderr, record } = await disk.run(command.run(disk.folder));
  if (status !== 0) throw new Error(`${command.title} ended with ${status} though nothing happened: ${stderr}`);
  return { command, points: pointsOf(callsIn(record, disk.folder, disk.scratch)), files: await disk.files() };
}

/**
 * Has a fault happen at a point of a command. What it leaves is whole: as before, or as it is to be. Then the same command, with
 * nothing in its way, has to leave the very bytes that it leaves where nothing happens.
 */
async function tryPoint({ whole, point, fault }: DiskTrial): Promise<TriedPoint> {
  const { command, files } = whole;
  await using disk = await openDisk();
  await command.before?.(disk);
  const before = await disk.files();
  const program = command.run(disk.folder);

  if (fault.isFull) await disk.leaveRoom(point.bytesBefore);
  const ended = await disk.run(program, injectionOf(point, fault));
  if (fault.isFull) await disk.leaveRoom();
  const wentOn = ended.status === 0;
  const left = await disk.files();
  const wrong = [
    ...(isReached(ended, { point, fault, disk }) ? [] : ['the point was not reached']),
    ...wrongEnd(ended, { ...fault, wentOn }),
    ...(fault.said === undefined || wentOn || ended.stderr.includes(fault.said) ? [] : [`does not say: ${fault.said}`]),
    ...(wentOn && !/^warning: /m.test(ended.stderr)
      ? differences(left, files)
      : brokenIn(left, { before, files, mayStay: fault.isKill === true || removes.has(point.name) })),
  ];
  // Each run has a pid namespace of its own, where it cannot see who left this.
  await disk.age(Object.keys(left).filter((path) => isTemporary(path) && (before[path] ?? files[path]) === undefined));
  const again = await disk.run(program);
  if (again.status !== 0) wrong.push(`again: ended with ${again.status}: ${again.stderr}`);
  wrong.push(...differences(await disk.files(), files).map((each) => `again: ${each}`));
  const what = `${command.title}: ${fault.title} at ${point.call} #${point.nth}`;
  return { command: command.title, what, status: ended.status, wentOn, said: ended.stderr, wrong };
}

function injectionOf({ name, path, when }: DiskPoint, { injected }: DiskFault): Injection | undefined {
  return injected === undefined ? undefined : { path, inject: `${name}:${injected}:when=${when}` };
}

interface Attempt extends Pick<DiskTrial, 'point' | 'fault'> {
  readonly disk: Disk;
}

function isReached({ record }: RecordedProgram, { point, fault, disk }: Attempt): boolean {
  // Writes on random paths, for which strace counts those on other files, too: there it is somewhere near.
  if (fault.isKill && point.path === undefined && writes.has(point.name)) return record.includes('killed by SIGKILL');
  if (fault.isKill) return killedCalls(record, disk.folder).includes(point.call);
  return fault.isFull ? record.includes(' ENOSPC ') : failedCall(record, disk.folder) === point.call;
}

interface Expected {
  readonly before: Files;
  readonly files: Files;
  /** What is temporary: of a program that was killed, or could not remove it. */
  readonly mayStay: boolean;
}

/** Each file has to be one of before or one that is wanted. */
function brokenIn(left: Files, { before, files, mayStay }: Expected): string[] {
  const lost = Object.keys(before).filter((path) => left[path] === undefined && files[path] !== undefined);
  const broken = Object.entries(left).filter(([path, look]) => ![before[path], files[path]].includes(look));
  const named = broken.filter(([path]) => !(mayStay && isTemporary(path)));
  return [...lost.map((path) => `lost ${path}`), ...named.map(([path, look]) => `left ${path} ${look}`)];
}

function isTemporary(path: string): boolean {
  return path.startsWith('tmp/') || path.split('/').some((name) => name.startsWith('.'));
}

function differences(is: Files, was: Files): string[] {
  const paths = new Set([...Object.keys(is), ...Object.keys(was)]);
  return [...paths].flatMap((path) => (is[path] === was[path] ? [] : [`${path}: ${is[path]}, not ${was[path]}`]));
}
