import { createHash } from 'node:crypto';
import type { Artifact } from '../../../executable/format/artifact.ts';
import { assertDigest } from '../../../executable/format/assert-digest.ts';

/**
 * Makes sure that an artifact's bytes are its version. The prefix need not be read: what it hashes to is known.
 *
 * @throws {DeployError} `executable-damaged` if they are not.
 */
export async function proveVersion(artifact: Artifact): Promise<void> {
  const { prefix } = artifact;
  const hash = prefix === undefined ? createHash('sha256') : await prefix.hashed();
  for await (const chunk of artifact.open({ start: prefix?.sizeBytes ?? 0 })) hash.update(chunk);
  assertDigest(artifact, hash);
}
