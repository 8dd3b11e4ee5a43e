import type { Digest } from '../../shared/digest.ts';
import { DeployError } from '../../shared/errors.ts';
import type { Artifact, Hashing } from './artifact.ts';

/**
 * Refuses bytes that are not what they should be.
 *
 * @param digest what they have to hash to: by default the version, and for a part of an artifact that part's.
 * @throws {DeployError} `executable-damaged`
 */
export function assertDigest(
  { name, version }: Pick<Artifact, 'name' | 'version'>,
  hash: Hashing,
  digest: Digest = version,
): void {
  if (hash.digest('hex') === digest) return;
  throw new DeployError('executable-damaged', `The bytes of ${name} are not those of ${version}`, {
    hint: 'Build it again; the file was changed or damaged since its version was computed.',
  });
}
