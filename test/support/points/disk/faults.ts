import { creates, type DiskCall, writes } from './calls.ts';

/** What happens at a call that changes something on a disk. */
export interface DiskFault {
  readonly title: string;
  readonly isKill?: true;
  /** A disk that has no more room than was written until then. */
  readonly isFull?: true;
  /** What strace does there. */
  readonly injected?: string;
  /** What a command that it ends has to say. */
  readonly said?: string;
}

const killed: DiskFault = { title: 'killed', isKill: true, injected: 'signal=SIGKILL' };
const full: DiskFault = { title: 'full disk', isFull: true, said: 'the disk is full' };

/** The faults that make sense at a call. */
export function faultsAt({ name, path }: DiskCall): DiskFault[] {
  if (!writes.has(name)) return [killed, ...(creates.has(name) ? toCreate : toChange).map(failing)];
  // Failing a write on another file than the wanted one could be one that wakes a thread.
  return [killed, full, ...(path === undefined ? [] : toWrite.map(failing))];
}

const reasons = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EIO: 'the disk failed',
} as const;
type Code = keyof typeof reasons;

const toCreate: readonly Code[] = ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EIO'];
const toChange: readonly Code[] = ['EROFS', 'EACCES', 'EIO'];
const toWrite: readonly Code[] = ['EDQUOT', 'EIO'];

function failing(code: Code): DiskFault {
  return { title: code, injected: `error=${code}`, said: reasons[code] };
}
