import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { releaseText, type ReleaseSignature } from '../../../src/executable/release-signature.ts';

/** A key as openssl makes it. */
export interface SigningKey {
  readonly privatePem: string;
  readonly publicPem: string;
  /** Signs a release. */
  readonly signatureOf: (versions: Parameters<typeof releaseText>[0]) => ReleaseSignature;
}

export function signingKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const pem = (key: KeyObject, type: 'pkcs8' | 'spki'): string => key.export({ format: 'pem', type });
  return {
    privatePem: pem(privateKey, 'pkcs8'),
    publicPem: pem(publicKey, 'spki'),
    signatureOf: (versions) => ({
      signedBy: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
      signature: sign(null, Buffer.from(releaseText(versions)), privateKey).toString('base64'),
    }),
  };
}
