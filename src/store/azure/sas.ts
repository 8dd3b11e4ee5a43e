import { DeployError } from '../../shared/errors.ts';

/** A shared access signature: a query string that is a secret. */
export interface Sas {
  /** Exactly as given, without `?`. */
  readonly query: string;
  /** Absent where a stored access policy ends it. */
  readonly validUntil?: Date | undefined;
  /** One letter each, as Azure writes them, e.g. `rcwl`; empty where a stored access policy says them. */
  readonly permissions: string;
}

/**
 * Reads a SAS and refuses one that cannot work.
 *
 * @param origin where it came from, for the message, e.g. `AZURE_STORAGE_SAS_TOKEN`.
 * @throws {DeployError} `bad-store` if it is none, or opens one object only; `store-denied` if it has ended, has not
 *   begun or does not allow reading.
 */
export function readSas(text: string, origin: string, now: Date = new Date()): Sas {
  const query = text.trim().replace(/^\?/, '');
  const fields = new URLSearchParams(query);
  if (!fields.get('sig') || !fields.get('sv')) {
    throw new DeployError('bad-store', `Cannot read ${origin} as a SAS`, {
      hint: 'Set it to the query string of the link: sv=...&sp=rcwl&sig=...',
    });
  }
  // A container (sr=c), or a whole account's blobs and objects (ss, srt).
  const opensAll = fields.get('ss')?.includes('b') === true && fields.get('srt')?.includes('o') === true;
  if (fields.get('sr') !== 'c' && !opensAll) {
    throw new DeployError('bad-store', `Cannot use ${origin}: it does not open a container`, {
      hint: 'Make a SAS for the container, with the permissions read, create, write and list (sr=c, sp=rcwl).',
    });
  }
  const permissions = fields.get('sp') ?? '';
  const renew = 'Make a new one for the container, with the permissions read, create, write and list (sp=rcwl).';
  if (!permissions.includes('r') && fields.get('si') === null) {
    throw new DeployError('store-denied', `Cannot use ${origin}: it does not allow reading`, { hint: renew });
  }
  const begin = dateOf(fields.get('st'));
  const validUntil = dateOf(fields.get('se'));
  if (validUntil !== undefined && validUntil <= now) {
    const clock = `the clock of this machine says ${now.toISOString()}`;
    throw new DeployError('store-denied', `Cannot use ${origin}: it ended ${validUntil.toISOString()}, and ${clock}`, {
      hint: `Set the clock if it is wrong. ${renew}`,
    });
  }
  if (begin !== undefined && begin > now) {
    const clock = `the clock of this machine says ${now.toISOString()}`;
    throw new DeployError('store-denied', `Cannot use ${origin}: it begins ${begin.toISOString()}, and ${clock}`, {
      hint: 'Set the clock if it is wrong, or wait for it to begin.',
    });
  }
  return { query, permissions, validUntil };
}

/** A date as a SAS writes it, to the day or to the second. */
export function dateOf(text: string | null): Date | undefined {
  const date = new Date(text ?? '');
  return Number.isNaN(date.getTime()) ? undefined : date;
}
