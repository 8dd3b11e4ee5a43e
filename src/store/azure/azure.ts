import { BlobServiceClient, StorageOAuthScopes } from '@azure/storage-blob';
import type { Artifact } from '../../executable/format/artifact.ts';
import type { Digest } from '../../shared/digest.ts';
import { DeployError } from '../../shared/errors.ts';
import { assemble } from './assemble.ts';
import { contested, lostPieces } from '../errors.ts';
import { objectName, placesBelow } from '../object-name.ts';
import { accessOfSas, accessWith, linkMaker, type Opener } from './access.ts';
import { endLinks } from './revoke.ts';
import { addressText } from './address.ts';
import { boundedPipeline } from './bounded-pipeline.ts';
import { azureCode, callsTo } from './call.ts';
import { copier } from './copy.ts';
import type { AzureCredentials } from './credentials.ts';
import { denialHints } from './errors.ts';
import { artifactsInContainer, readRange, touchBlob } from './objects.ts';
import { removeFromContainer, removeOldBlobs, removeUnchanged } from './remove.ts';
import { inRanges } from '../ranges.ts';
import { isSound } from '../sound.ts';
import { touch } from '../touch.ts';
import { mayWrite } from './write.ts';
import { progressMeter } from '../progress-meter.ts';
import type { Access, PutOptions, Source, StoredBytes, UrlPlace, UrlStore, WaitOptions } from '../store.ts';

/** Everything a store on Azure Blob Storage needs to know. */
export interface AzureSettings {
  /** The account's blob service, without a slash at its end. */
  readonly endpoint: string;
  readonly account?: string | undefined;
  readonly container: string;
  readonly credentials: AzureCredentials;
  /** Where anybody may read the container, without a slash at its end; pods then need no secret. */
  readonly publicUrl?: string | undefined;
  readonly freshMs?: number | undefined;
}

type Name = Pick<Artifact, 'version' | 'name'>;

/** A store in one container of Azure Blob Storage; objects are `<sha256>/<name>`, and what they share `runtimes/<sha256>`. */
export function azureStore(settings: AzureSettings): UrlStore {
  const { endpoint, account, container: name, credentials, publicUrl, freshMs } = settings;
  const address = addressText(endpoint, account, name);
  const call = callsTo({ address, endpoint, account, credentials: credentials.kind }, signInWith(credentials));
  const service = serviceAt(endpoint, credentials);
  const container = service.getContainerClient(name);
  const opener: Opener = { service, container, account, credentials, call };
  const copy = copier(opener);
  let linkTo = linkMaker(opener);

  const blobOf = (wanted: Name) => container.getBlockBlobClient(objectName(wanted));

  const head = (wanted: Name, options: WaitOptions & { tries?: number; stallMs?: number } = {}): Promise<Head> =>
    call(async (signal) => {
      try {
        const found = await blobOf(wanted).getProperties({ abortSignal: signal });
        const { contentLength: sizeBytes = 0, lastModified: storedAt = new Date(0), etag = '', metadata = {} } = found;
        return { sizeBytes, storedAt, etag, metadata };
      } catch (error) {
        const code = azureCode(error);
        if (code === 'BlobNotFound' || code === 'ContainerNotFound') return code;
        throw error;
      }
    }, options);

  const read = async (wanted: Name, { sizeBytes }: FoundBlob, { signal }: WaitOptions): Promise<StoredBytes> => {
    const range = async (start: number, end: number) =>
      call(async (attempt, alive) => readRange(blobOf(wanted), { start, end, alive, signal: attempt }), { signal });
    return { sizeBytes, open: () => inRanges(sizeBytes, range) };
  };

  /** What is there, if it is the artifact; what is not is taken away. */
  const soundOrNone = async (artifact: Artifact, options: PutOptions, tries = 1): Promise<Head> => {
    const found = await head(artifact, options);
    if (typeof found === 'string') return found;
    const noted = found.metadata['sha256'];
    const stored = { ...found, noted, read: async () => read(artifact, found, options) };
    if (await isSound(artifact, stored, { address, ...options })) return found;
    const { etag } = found;
    const isRemoved = await call((signal) => removeUnchanged(blobOf(artifact), { etag, signal }), options);
    if (isRemoved) return 'BlobNotFound';
    if (tries === mostTries) throw contested(address, artifact.name);
    // Another was faster, and has put something else there.
    return soundOrNone(artifact, options, tries + 1);
  };

  const access = publicUrl === undefined ? accessWith(credentials) : `public at ${publicUrl}`;
  const placeOf = placesBelow(publicUrl ?? `${endpoint}/${name}`);

  return {
    address,
    access,
    secretOpens: publicUrl === undefined ? (credentials.kind === 'sas' ? 'all' : 'one') : undefined,
    placeOf,

    async check({ signal } = {}) {
      // Of no object's name: whoever may not read gets a 403, whoever may a 404.
      const nothing = { version: '0'.repeat(64) as Digest, name: 'check' };
      const how = { tries: 2, stallMs: 4_000, signal };
      const found = await head(nothing, how);
      if (found === 'ContainerNotFound' && credentials.kind === 'sas' && !opensAccount(credentials.sas.query)) {
        throw noContainer(address);
      }
      if (found === 'BlobNotFound' && !(await mayWrite(credentials, blobOf(nothing), call, how))) {
        throw readOnly(address, credentials);
      }
    },

    async has(artifact, options) {
      return typeof (await head(artifact, options)) !== 'string';
    },

    async put(artifact: Artifact, options: PutOptions = {}) {
      const { signal } = options;
      const before = await soundOrNone(artifact, options);
      if (typeof before !== 'string') {
        const { storedAt, metadata } = before;
        const anew = async () => touchBlob(blobOf(artifact), { metadata, call, signal });
        if (await touch({ storedAt, freshMs, address, options, setDate: anew }))
          return { sentBytes: 0, reusedBytes: 0 };
      }
      if (before === 'ContainerNotFound') {
        await call((attempt) => container.createIfNotExists({ abortSignal: attempt }), { signal });
      }
      const counted = progressMeter(artifact.sizeBytes, options.onProgress);
      const committed = await assemble(artifact, { ...opener, address, copy, counted, ...options, signal });
      if (!committed && typeof (await soundOrNone(artifact, options)) === 'string') {
        throw lostPieces(address, `blocks of ${artifact.name}`);
      }
      return { sentBytes: counted.sentBytes(), reusedBytes: counted.reusedBytes() };
    },

    async source(artifact, { signal } = {}): Promise<Source<UrlPlace>> {
      const place = await placeOf(artifact);
      if (publicUrl !== undefined) return { ...place, access };
      return { ...place, access, ...(await linkTo(objectName(artifact), signal)) };
    },

    async revoke({ signal } = {}) {
      await endLinks(opener, { address, signal });
      linkTo = linkMaker(opener);
    },

    async accessOf(secret, { signal } = {}): Promise<Access> {
      return secret === undefined ? { access: 'public address' } : accessOfSas(secret, opener, signal);
    },

    async list({ signal } = {}) {
      return call((attempt) => artifactsInContainer(container, attempt), { signal });
    },

    async remove(version, { signal } = {}) {
      await call((attempt) => removeFromContainer(container, version, attempt), { signal });
    },

    async read(artifact, options = {}) {
      const found = await head(artifact, options);
      return typeof found === 'string' ? undefined : read(artifact, found, options);
    },

    async removeUnused(artifacts, options) {
      return removeOldBlobs(container, artifacts, { ...options, call });
    },
  };
}

const mostTries = 3;

interface FoundBlob {
  readonly sizeBytes: number;
  readonly storedAt: Date;
  /** Changes with the object. */
  readonly etag: string;
  readonly metadata: Record<string, string>;
}

type Head = FoundBlob | 'BlobNotFound' | 'ContainerNotFound';

function serviceAt(endpoint: string, credentials: AzureCredentials): BlobServiceClient {
  const options = { retryOptions: { maxTries: 1 }, userAgentOptions: { userAgentPrefix: 'selfsame' } };
  if (credentials.kind === 'sas') {
    return new BlobServiceClient(`${endpoint}?${credentials.sas.query}`, boundedPipeline(undefined, options));
  }
  const credential = credentials.kind === 'key' ? credentials.key : credentials.token;
  return new BlobServiceClient(endpoint, boundedPipeline(credential, options));
}

function signInWith(credentials: AzureCredentials): ((signal?: AbortSignal) => Promise<unknown>) | undefined {
  if (credentials.kind !== 'identity') return undefined;
  return (signal) => credentials.token.getToken(StorageOAuthScopes, signal && { abortSignal: signal });
}

function opensAccount(sas: string): boolean {
  return new URLSearchParams(sas).has('srt');
}

function noContainer(address: string): DeployError {
  return new DeployError('store-denied', `${address} does not exist, and a SAS for a container cannot make it`, {
    hint: 'Make the container, or deploy with an account key or an identity.',
  });
}

function readOnly(address: string, { kind }: AzureCredentials): DeployError {
  return new DeployError('store-denied', `${address} lets these credentials read, but not write`, {
    hint: denialHints[kind],
  });
}
