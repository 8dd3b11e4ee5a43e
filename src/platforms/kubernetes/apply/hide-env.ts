import { looksSecret } from '../../../shared/secret-name.ts';

/**
 * An object with the values of its environment variables hidden, where they look secret. A value that is not there in `before`
 * is told apart from those that are.
 */
export function hideEnv<T>(object: T, before: unknown = object): T {
  return hidden(object, new Set(secretsIn(before).map(wordOf))) as T;
}

interface Variable {
  readonly name: string;
  readonly value: string;
}

function hidden(value: unknown, known: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((inner) => hidden(inner, known));
  if (value === null || typeof value !== 'object') return value;
  if (isSecret(value)) return { ...value, value: known.has(wordOf(value)) ? '(hidden)' : '(hidden, another)' };
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, hidden(inner, known)]));
}

function secretsIn(value: unknown): Variable[] {
  if (value === null || typeof value !== 'object') return [];
  return isSecret(value) ? [value] : Object.values(value).flatMap(secretsIn);
}

/** Only variables have a name and a value in a manifest of ours; tolerations have a key. */
function isSecret(value: object): value is Variable {
  const { name, value: text }: Partial<Record<keyof Variable, unknown>> = value;
  return typeof name === 'string' && typeof text === 'string' && looksSecret(name, text);
}

function wordOf({ name, value }: Variable): string {
  return `${name}=${value}`;
}
