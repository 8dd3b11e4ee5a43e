import { setTimeout as wait } from 'node:timers/promises';
import { isPassingStatus } from '../../src/shared/network-failure.ts';
import type { Remote } from './environment.ts';
import type { FilePart } from './part.ts';
import { Failure, megabytes, sayLine } from './reason.ts';
import { request } from './request.ts';
import type { RemoteAnswer } from './request.ts';

export interface Fetching {
  readonly remote: Remote;
  readonly sizeBytes: number;
}

/** What came over the network, and whether a part was continued with it. */
export interface Fetched {
  readonly bytes: number;
  readonly isPieced: boolean;
}

const longestPauseMs = 8_000;

/**
 * Requests until the server has given all it has. What comes is not judged here.
 *
 * @throws {Failure} with the statuses 64 to 75 of runner/run.sh.
 */
export async function fetchRest(part: FilePart, { remote, sizeBytes }: Fetching): Promise<Fetched> {
  const cannot = `cannot fetch ${remote.url}`;
  let [bytes, isPieced, pauseMs] = [0, false, 1_000];
  let [most, since, deniedSince] = [part.length(), Date.now(), Infinity];

  const again = async (why: string, untilMs: number): Promise<boolean> => {
    const left = untilMs - Date.now();
    if (left <= 0) return false;
    const pause = Math.min(pauseMs, left);
    const at = `from ${megabytes(part.length())} of ${megabytes(sizeBytes)} MB on`;
    sayLine(`${why}; trying again in ${Math.ceil(pause / 1000)} s, ${at}`);
    await wait(pause);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    return true;
  };
  const againOrUnreachable = async (why: string): Promise<void> => {
    if (await again(why, since + remote.fetchLimitMs)) return;
    throw new Failure(68, `${cannot}: nothing came for ${remote.fetchLimitMs / 1000} s (${why})`);
  };

  while (part.length() < sizeBytes) {
    const had = part.length();
    isPieced ||= had > 0;
    const answer = await request({ remote, part, sizeBytes, onBytes: (count) => (bytes += count) });
    if (answer.kind === 'ended') break;
    if (part.length() > most) [most, since, pauseMs] = [part.length(), Date.now(), 1_000];
    if (!isDenial(answer)) deniedSince = Infinity;
    if (isDenial(answer)) {
      deniedSince = Math.min(deniedSince, Date.now());
      if (await again(answer.why, deniedSince + remote.deniedLimitMs)) continue;
      const denied = `denied (${answer.why}) for ${remote.deniedLimitMs / 1000} s`;
      throw new Failure(67, `${cannot}: ${denied}: the access may be revoked or expired`);
    }
    if (answer.kind === 'misplaced') {
      sayLine(`${answer.why}: fetching the whole`);
      await part.restart();
      isPieced = false;
    } else if (answer.kind === 'refused') {
      if ([404, 410].includes(answer.status)) throw new Failure(66, `${cannot}: not found (${answer.why})`);
      if (!isPassingStatus(answer.status)) throw new Failure(75, `${cannot}: unexpected answer (${answer.why})`);
      await againOrUnreachable(answer.why);
    } else {
      if (answer.isTls) throw new Failure(69, `${cannot}: TLS: ${answer.why}`);
      await againOrUnreachable(answer.why);
    }
  }
  return { bytes, isPieced };
}

function isDenial(answer: RemoteAnswer): answer is RemoteAnswer & { kind: 'refused' } {
  return answer.kind === 'refused' && [401, 403].includes(answer.status);
}
