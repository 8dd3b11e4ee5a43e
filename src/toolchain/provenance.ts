import { createHash, createPrivateKey, createPublicKey, sign, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { PackageList } from '../executable/packages/package-list.ts';
import { purlOf } from '../executable/packages/sbom.ts';
import { runtimes } from '../executable/runtimes/runtimes-table.ts';
import type { Digest } from '../shared/digest.ts';
import { DeployError } from '../shared/errors.ts';
import type { Target } from '../shared/target.ts';

/**
 * Reads a key that releases are signed with.
 *
 * @param file of a private Ed25519 key: PKCS#8, PEM, without a passphrase.
 * @throws {DeployError} `bad-usage` if it is something else.
 */
export async function readSigningKey(file: string): Promise<KeyObject> {
  const refuse = (reason: string, cause?: unknown): DeployError =>
    new DeployError('bad-usage', `Cannot sign with "${file}": ${reason}`, {
      hint: 'Pass --sign with a key that openssl genpkey -algorithm ed25519 makes.',
      cause,
    });
  const pem = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw refuse(error.code === 'ENOENT' ? 'there is no such file' : 'it cannot be read', error);
  });
  if (pem.includes('ENCRYPTED')) throw refuse('it has a passphrase');
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (cause) {
    throw refuse('it is no private key in PEM', cause);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw refuse('it is no Ed25519 key');
  return key;
}

export interface ProvenanceSubject {
  readonly name: string;
  /** By name: SHA-256 of each file of the release. */
  readonly files: ReadonlyMap<string, Digest>;
  readonly targets: readonly Target[];
  readonly packages: PackageList;
  /** Of the sources, where they are just that. */
  readonly commit?: string | undefined;
}

const payloadType = 'application/vnd.in-toto+json';

/**
 * How a release came about, as a statement of in-toto (https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md) with a predicate of
 * SLSA (https://slsa.dev/spec/v1.0/provenance), signed in an envelope (https://github.com/secure-systems-lab/dsse). It says what whoever holds
 * the key says: no service watched the build. The same release by the same key gives the same bytes.
 */
export function signedProvenance(subject: ProvenanceSubject, key: KeyObject): object {
  const payload = Buffer.from(JSON.stringify(statementOf(subject)));
  const signed = Buffer.concat([
    Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `),
    payload,
  ]);
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return {
    payloadType,
    payload: payload.toString('base64'),
    signatures: [
      { keyid: createHash('sha256').update(spki).digest('hex'), sig: sign(null, signed, key).toString('base64') },
    ],
  };
}

function statementOf({ name, files, targets, packages: list, commit }: ProvenanceSubject): object {
  const builder = purlOf(list.packages.find((of) => of.name === 'selfsame') ?? { name: 'selfsame', version: '' });
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [...files].map(([file, sha256]) => ({ name: file, digest: { sha256 } })),
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType: `${builder}#release`,
        externalParameters: { name, targets },
        resolvedDependencies: [
          ...(commit === undefined ? [] : [{ name: 'source', digest: { gitCommit: commit } }]),
          ...targets.map((target) => ({
            name: `node-${target}`,
            uri: purlOf(runtimes[target].package),
            digest: { sha256: runtimes[target].digest },
          })),
          ...list.packages.map((of) => ({ uri: purlOf(of) })),
        ],
      },
      runDetails: { builder: { id: builder } },
    },
  };
}
