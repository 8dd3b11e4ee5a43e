import { createPublicKey, verify } from 'node:crypto';
import { linuxTargets, type LinuxTarget } from '../shared/target.ts';

/** A signature over a release, and whose it is. Neither is a secret. */
export interface ReleaseSignature {
  /** The public key: Ed25519, SubjectPublicKeyInfo (DER) in base64. */
  readonly signedBy: string;
  /** Of {@link releaseText}: 64 bytes in base64, as RFC 8032 has it. */
  readonly signature: string;
}

/** What names a release: a line for each Linux target. Its SHA-256 is the release's digest, and it is what is signed. */
export function releaseText(versions: Readonly<Record<LinuxTarget, string>>): string {
  return linuxTargets.map((target) => `${target} ${versions[target]}\n`).join('');
}

/** True if the executables of both architectures are what a key has signed. */
export function isSigned(
  versions: Readonly<Record<LinuxTarget, string>>,
  { signedBy, signature }: ReleaseSignature,
): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(signedBy, 'base64'), format: 'der', type: 'spki' });
    return (
      key.asymmetricKeyType === 'ed25519' &&
      verify(null, Buffer.from(releaseText(versions)), key, Buffer.from(signature, 'base64'))
    );
  } catch (error) {
    // What is no key has signed nothing. OpenSSL names what is wrong with it by codes of its own.
    if (/^ERR_(?:OSSL|CRYPTO|INVALID)/.test((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}
