import { isSigned } from '../../src/executable/release-signature.ts';
import { readDigest } from './environment.ts';
import { Failure } from './reason.ts';

/**
 * Makes sure that the executables of both architectures are what a key has signed, where one is named.
 *
 * @throws {Failure} 64, or 78 if they are not.
 */
export function refuseUnsigned(environment: NodeJS.ProcessEnv): void {
  const signedBy = environment['SELFSAME_SIGNED_BY'];
  if (!signedBy) return;
  const versions = {
    'linux-arm64': readDigest('SELFSAME_SHA256_ARM64', environment),
    'linux-x64': readDigest('SELFSAME_SHA256_X64', environment),
  };
  if (isSigned(versions, { signedBy, signature: environment['SELFSAME_SIGNATURE'] ?? '' })) return;
  throw new Failure(78, 'SELFSAME_SIGNATURE is no signature by SELFSAME_SIGNED_BY over this release');
}
