import { resolve } from 'node:path';
import type { BuildFailure } from 'esbuild';
import { DeployError } from '../../shared/errors.ts';
import { packageOfFile } from '../installed/packages.ts';
import { slashed } from '../installed/project.ts';

/** Files of packages that ask for what is not there, by a path or by a pattern. */
export function unmatchedIn(error: unknown, base: string): string[] {
  const { errors = [] } = error as Partial<BuildFailure>;
  return errors
    .filter(({ text }) => /^Could not resolve (?:(?:require|import)\(.*\*|"\.)/.test(text))
    .map(({ location }) => slashed(resolve(base, location?.file ?? '')))
    .filter((file) => packageOfFile(file) !== undefined);
}

/** True if it failed only because CommonJS cannot await at its top level. */
export function needsModule(error: unknown): boolean {
  const { errors = [] } = error as Partial<BuildFailure>;
  return errors.some(
    ({ text }) =>
      (/top-level await/i.test(text) && /"cjs"/.test(text)) ||
      /^This require call is not allowed because the .* contains a top-level await/.test(text),
  );
}

/** A failed bundling as esbuild tells it, the first error first; anything else as it is. */
export function bundlingError(error: unknown, entry: string): unknown {
  const { errors = [] } = error as Partial<BuildFailure>;
  const [first, ...others] = errors.map(({ location, text, detail }) => {
    // What a plugin of ours refuses has its own words.
    if (detail instanceof DeployError) return detail.message;
    return location === null
      ? `${entry}: ${text}`
      : `${location.file}:${location.line}:${location.column + 1}: ${text}`;
  });
  if (first === undefined) return error;
  const own = errors.find(({ detail }) => detail instanceof DeployError)?.detail as DeployError | undefined;
  if (own !== undefined) return own;
  return new DeployError('bad-usage', [`Cannot bundle ${first}`, ...others].join('\n  '), {
    hint: 'Correct it, and build again.',
    cause: error,
  });
}
