import { createHash } from 'node:crypto';
import { createSHA256 } from 'hash-wasm';
import type { Digest } from '../shared/digest.ts';
import { linuxTargets } from '../shared/target.ts';
import type { LinuxTarget } from '../shared/target.ts';
import type { Hashing } from './format/artifact.ts';
import type { Bytes } from './format/bytes.ts';
import { tailOf } from './format/prefix.ts';
import { releaseText } from './release-signature.ts';
import { runtimes } from './runtimes/runtimes-table.ts';

/**
 * The SHA-256 that the executable of a target has with this application in it, from the kept state of the prefix.
 *
 * Needs neither that target's runtime nor a network. What a program is itself, its own file says: hash that instead.
 */
export async function versionOf(target: LinuxTarget, blob: Bytes): Promise<Digest> {
  const { prefix } = runtimes[target];
  const hash = await hashedPrefix(prefix);
  for await (const chunk of tailOf(prefix, blob).open({ ring: 2 })) hash.update(chunk);
  return hash.digest('hex') as Digest;
}

/** A SHA-256 that has taken in a prefix, from its kept state. */
export async function hashedPrefix({ hashState }: { readonly hashState: string }): Promise<Hashing> {
  const hash = await createSHA256();
  hash.load(Buffer.from(hashState, 'base64'));
  return hash;
}

/** The versions of one application for every Linux target. */
export type Versions = Readonly<Record<LinuxTarget, Digest>>;

/** {@link versionOf} for every Linux target. */
export async function versionsOf(blob: Bytes): Promise<Versions> {
  const versions = linuxTargets.map(async (target) => [target, await versionOf(target, blob)] as const);
  return Object.fromEntries(await Promise.all(versions)) as Versions;
}

/** Names the same application on every architecture and from every host: the SHA-256 of a line for each Linux target. */
export function releaseOf(versions: Versions): Digest {
  return createHash('sha256').update(releaseText(versions)).digest('hex') as Digest;
}
