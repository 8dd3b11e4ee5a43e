import { mebibyte } from '../shared/bounded.ts';
import { DeployError } from '../shared/errors.ts';
import { networkFailures } from '../shared/network-failure.ts';

/**
 * The error of a store that gave no answer.
 *
 * @param failure.code the network's; empty if it gave none.
 */
export function storeUnreachable(address: string, { code, cause }: { code: string; cause: Error }): DeployError {
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) {
    return new DeployError('store-unreachable', `Cannot trust the certificate of ${address} (${code})`, {
      hint: 'Name the file of its certificate authority in NODE_EXTRA_CA_CERTS.',
      cause,
    });
  }
  const reason = code === 'EAI_AGAIN' ? 'the name service does not answer' : networkFailures[code]?.reason;
  return new DeployError('store-unreachable', `Cannot reach ${address}: ${reason ?? (code || 'no connection')}`, {
    hint: 'Check --store, the network and a proxy (HTTPS_PROXY).',
    cause,
  });
}

/** A thousand names of a list have 2 MB. */
export const mostAnswerBytes = 16 * mebibyte;
/** Of a list, a thousand objects each: more than that has no store that anybody looks through. */
export const mostPages = 200;

/** The error of a store that answers what no store of its kind does. */
export function storeUnreadable(what: string, reason: string, cause?: Error): DeployError {
  return new DeployError('store-unreachable', `Cannot read ${what}: ${reason}`, {
    hint: 'Check --store, and what stands between it and here.',
    cause,
  });
}

interface Denial {
  /** Status and code of the answer. */
  readonly said: string;
  /** What to do, unless the clock here is the reason. */
  readonly hint: string;
  readonly minutesOff: number;
  /** True if the store itself names the clock as the reason. */
  readonly isClock?: boolean;
  readonly cause: Error;
}

/** Links that end with the key or the session that signed them, which is the user's to end. */
export function notRevocable(address: string, { why, hint }: { why: string; hint: string }): DeployError {
  return new DeployError('not-revocable', `Cannot end the links into ${address}: ${why}`, { hint });
}

/** The error of a store that does not take the credentials. Signatures are good for 15 minutes around the store's time. */
export function storeDenied(address: string, { said, hint, minutesOff, isClock = false, cause }: Denial): DeployError {
  const isOff = isClock || minutesOff >= 15;
  const clock = isOff ? `; the clock here is ${minutesOff} minutes off` : '';
  return new DeployError('store-denied', `${address} refused the credentials (${said})${clock}`, {
    hint: isOff ? 'Set the clock of this machine.' : hint,
    cause,
  });
}

/** How far the clock here is from a server's, by the `Date` header of its answer; 0 if it has none. */
export function clockMinutesOff(date: string): number {
  const there = Date.parse(date);
  return Number.isNaN(there) ? 0 : Math.round(Math.abs(Date.now() - there) / 60_000);
}

/** The error of a store that has another wrong object whenever it is looked at. */
export function contested(address: string, name: string): DeployError {
  return new DeployError('store-damaged', `Others replace ${name} in ${address} again and again`, {
    hint: 'Find out who else writes there, then run the same command again.',
  });
}

/** The error of a store that does not have all of what was sent to it. */
export function lostPieces(address: string, pieces: string): DeployError {
  return new DeployError('store-unreachable', `${address} lost ${pieces} before they were joined`, {
    hint: 'Run the same command again: it sends what is missing.',
  });
}
