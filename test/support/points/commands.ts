import type { Service } from './calls.ts';

/** One run of a program that deploys itself. */
export interface Step {
  readonly program: 'first' | 'second' | 'busy' | 'busy-changed';
  readonly words: readonly string[];
  /** The call that it is killed at, as `METHOD PATH`. */
  readonly killedAt?: RegExp;
  /** It runs so many hours later, by its clock and by the cluster's. */
  readonly hoursLater?: number;
}

/** A command that faults happen in. */
export interface FaultCommand {
  readonly title: string;
  readonly store: Service;
  /** What was done before. */
  readonly before: readonly Step[];
  /** `RELEASE` stands for the release of the first of `before`. */
  readonly run: Step;
  /** The exit status that is right; 0 by default. */
  readonly status?: number;
  /** And that where all is done already. */
  readonly doneStatus?: number;
}

const deploy = ['--kubernetes', '--target', 'linux-x64', '--cpu-request', '20m', '--wait-timeout', '60s'];
const first: Step = { program: 'first', words: deploy };
const second: Step = { program: 'second', words: deploy };
/** Of no pod: what is to listen there ends at once. */
export const addressElsewhere = '198.51.100.9';
const failing: Step = { program: 'second', words: [...deploy, '--http', `${addressElsewhere}:8080`] };
/** Leaves what it stored, and nothing that needs it. */
const leaving: Step = { ...second, killedAt: /^PATCH (?!.*dryRun).*force=true/ };
/** In a store no other command's deployments may need it either. */
const busy: Step = { program: 'busy', words: deploy };
const leavingBusy: Step = { ...leaving, program: 'busy-changed' };
const own = (...words: string[]): Step => ({ program: 'second', words: ['self', ...words] });
const storeGc: Step = {
  program: 'busy',
  words: ['self', 'gc', '--store-objects', '--keep', '0', '--min-age', '2h', '--yes'],
  hoursLater: 3,
};

const stores: readonly Service[] = ['cluster', 'azure', 's3'];

export const faultCommands: readonly FaultCommand[] = [
  ...stores.flatMap((store): FaultCommand[] => [
    { title: `first deploy, ${store}`, store, before: [], run: first },
    { title: `next version, ${store}`, store, before: [first], run: second },
  ]),
  { title: 'failing version', store: 'cluster', before: [first], run: failing, status: 4 },
  { title: 'scale', store: 'cluster', before: [first], run: own('scale', '2') },
  { title: 'rollback', store: 'cluster', before: [first, second], run: own('rollback', 'RELEASE') },
  { title: 'delete', store: 'cluster', before: [first, second], run: own('delete', '--yes'), doneStatus: 3 },
  { title: 'gc', store: 'cluster', before: [leaving, first], run: own('gc', '--min-age', '1s', '--yes') },
  { title: 'gc, azure', store: 'azure', before: [leavingBusy, busy], run: storeGc },
  { title: 'revoke, azure', store: 'azure', before: [first], run: own('revoke', '--yes') },
];
