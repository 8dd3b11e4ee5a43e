import type { Artifact } from '../executable/format/artifact.ts';
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

/** @throws {DeployError} `store-damaged` if what is stored has another length than the artifact. */
export function assertLength(
  { version, name, sizeBytes }: Artifact,
  { storedBytes, address, kind = 'object' }: { storedBytes: number; address: string; kind?: 'object' | 'file' },
): void {
  if (storedBytes === sizeBytes) return;
  throw new DeployError(
    'store-damaged',
    `${address} holds ${version}/${name} with ${storedBytes} bytes instead of ${sizeBytes}`,
    { hint: `Delete that ${kind}, then deploy again.` },
  );
}

/** The error of a store that does not have all of what was sent to it. */
export function lostPieces(address: string, pieces: string): DeployError {
  return new DeployError('store-unreachable', `${address} lost ${pieces} before they were joined`, {
    hint: 'Run the same command again: it sends what is missing.',
  });
}
