import { DeployError } from '../shared/errors.ts';

/** How a check ended that was begun before anybody asks for it: it never rejects. */
export type Settled<T> = Promise<{ readonly value: T; readonly error?: never } | { readonly error: unknown }>;

/** Begins a check, so that others go on beside it. */
export async function settled<T>(check: Promise<T>): Settled<T> {
  try {
    return { value: await check };
  } catch (error) {
    return { error };
  }
}

/**
 * What a check found out, or what stands in its way.
 *
 * @throws whatever is no `DeployError`.
 */
export async function toFindings<T>(check: Settled<T>): Promise<{ value?: T; findings: DeployError[] }> {
  const ended = await check;
  if (!('error' in ended)) return { value: ended.value, findings: [] };
  if (!(ended.error instanceof DeployError)) throw ended.error;
  return { findings: [ended.error] };
}

/**
 * As `toFindings`, of a check that an account of few rights may not make: that stands in the way of nothing.
 *
 * @param onDenied called where it may not.
 */
export async function toPermittedFindings<T>(
  check: Settled<T>,
  onDenied: () => unknown,
): Promise<{ value?: T; findings: DeployError[] }> {
  const { findings, ...found } = await toFindings(check);
  const isDenied = findings.some(({ code }) => code === 'cluster-denied');
  if (isDenied) onDenied();
  return { ...found, findings: isDenied ? [] : findings };
}

/** One error for all that was found; what several checks say in the same words counts once. */
export function refusal(findings: readonly DeployError[]): DeployError | undefined {
  const each = [...new Map(findings.map((finding) => [finding.message, finding])).values()];
  const [first, ...more] = each;
  if (first === undefined || more.length === 0) return first;
  const { code, message, hint, cause } = first;
  const count = more.length === 1 ? 'one more finding' : `${more.length} more findings`;
  return new DeployError(code, `${message} (and ${count})`, { hint, cause, findings: each });
}
