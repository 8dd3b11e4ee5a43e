import { createPublicKey } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Plan, PlanFlags } from '../../deploy/plan/plan.ts';
import { isSigned } from '../../executable/release-signature.ts';
import type { Executable } from '../../executable/self.ts';
import { versionsOf } from '../../executable/version.ts';
import type { SignedRelease } from '../../platforms/intent.ts';
import { DeployError } from '../../shared/errors.ts';

/**
 * A plan with the signature that its flags demand.
 *
 * @throws {DeployError} as {@link requiredSignature}.
 */
export async function withSignature(
  plan: Plan,
  { 'require-signature': keyFile }: PlanFlags,
  executable: Executable,
): Promise<Plan> {
  return keyFile === undefined ? plan : { ...plan, signature: await requiredSignature(keyFile, executable) };
}

/**
 * The signature over the release of an executable, which a deploy demands by `--require-signature`. It lies in the file beside it that
 * `selfsame release --sign` has written: `shop.sig` for `shop` and for `shop-linux-x64`.
 *
 * @param keyFile of the public key, PEM.
 * @throws {DeployError} `bad-usage` for a key that cannot be used; `signature-refused` if there is no signature, or it is not by that key over
 *   this release.
 */
export async function requiredSignature(
  keyFile: string,
  { path, blob }: Pick<Executable, 'path' | 'blob'>,
): Promise<SignedRelease> {
  const signedBy = publicKeyIn(await textOf(keyFile, () => refusedKey(keyFile, 'there is no such file')), keyFile);
  const file = `${path.replace(/(?:-(?:linux|darwin|win)-(?:x64|arm64))?(?:\.exe)?$/, '')}.sig`;
  const signature = (await textOf(file, () => refused(`there is no "${file}"`))).trim();
  const versions = await versionsOf(blob);
  if (isSigned(versions, { signedBy, signature })) return { signedBy, signature, versions };
  throw refused(`"${file}" is no signature over this release by the key in "${keyFile}"`);
}

/** @throws {DeployError} `bad-usage` */
function publicKeyIn(pem: string, file: string): string {
  if (pem.includes('PRIVATE KEY')) throw refusedKey(file, 'it is the private key');
  try {
    const key = createPublicKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key.export({ format: 'der', type: 'spki' }).toString('base64');
  } catch (cause) {
    throw refusedKey(file, 'it is no public key in PEM', cause);
  }
  throw refusedKey(file, 'it is no Ed25519 key');
}

async function textOf(file: string, missing: () => DeployError): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw missing();
    throw error;
  }
}

function refusedKey(file: string, reason: string, cause?: unknown): DeployError {
  return new DeployError('bad-usage', `Cannot use "${file}" with --require-signature: ${reason}`, {
    hint: 'Pass the public key that openssl pkey -in KEY -pubout writes.',
    cause,
  });
}

function refused(reason: string): DeployError {
  return new DeployError('signature-refused', `Cannot deploy what is not signed: ${reason}`, {
    hint: 'Sign the release with npx selfsame release --sign KEY, and keep its .sig file beside the executable.',
  });
}
