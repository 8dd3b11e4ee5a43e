import type { Artifact } from '../../executable/format/artifact.ts';
import { lostPieces, notRevocable } from '../errors.ts';
import { objectName, placesBelow } from '../object-name.ts';
import { inRanges } from '../ranges.ts';
import { isSound } from '../sound.ts';
import { touch } from '../touch.ts';
import { progressMeter } from '../progress-meter.ts';
import type { S3Place } from './address.ts';
import { assembleInBucket } from './assemble.ts';
import { s3CallsTo, urlOfKey } from './call.ts';
import type { S3Keys } from './credentials.ts';
import { accessOfSignature, accessWithKeys, linkTo } from './link.ts';
import {
  artifactsInBucket,
  creator,
  headOf,
  listOf,
  readRangeOf,
  replacer,
  type S3Object,
  touchObject,
} from './objects.ts';
import { removeFromBucket, removeOldObjects } from './remove.ts';
import type { PutOptions, StoredBytes, UrlStore, WaitOptions } from '../store.ts';

/** Everything a store in an S3 bucket needs to know. */
export interface S3Settings {
  readonly place: S3Place;
  readonly keys: S3Keys;
  /** Where anybody may read the bucket, without a slash at its end; pods then need no secret. */
  readonly publicUrl?: string | undefined;
  readonly freshMs?: number | undefined;
}

/** Whoever finds no object after so many attempts has somebody against him. */
const mostTries = 3;

/** A store in one bucket of S3, or of what speaks like it; objects are named as on Azure. The bucket has to be there. */
export function s3Store({ place, keys, publicUrl, freshMs }: S3Settings): UrlStore {
  const { address, region } = place;
  const call = s3CallsTo(place, keys);
  const create = creator(call);
  const access = publicUrl === undefined ? accessWithKeys(keys) : `public at ${publicUrl}`;
  const placeOf = placesBelow(publicUrl ?? urlOfKey(place));

  const read = async (key: string, { sizeBytes }: S3Object, { signal }: WaitOptions): Promise<StoredBytes> => ({
    sizeBytes,
    open: () => inRanges(sizeBytes, async (start, end) => readRangeOf(call, key, { start, end, signal })),
  });

  /** What is there, if it is the artifact. */
  const soundOrNone = async (artifact: Artifact, options: PutOptions): Promise<S3Object | 'none' | 'foreign'> => {
    const key = objectName(artifact);
    const found = await headOf(call, key, options.signal);
    if (found === undefined) return 'none';
    const stored = { ...found, noted: found.metadata.sha256, read: async () => read(key, found, options) };
    return (await isSound(artifact, stored, { address, ...options })) ? found : 'foreign';
  };

  return {
    address,
    access,
    secretOpens: publicUrl === undefined ? 'one' : undefined,
    placeOf,

    async check({ signal } = {}) {
      // A list, of nothing: unlike a look at an object it says in words what is wrong.
      const query = { 'list-type': '2', 'max-keys': '1', prefix: `${'0'.repeat(64)}/` };
      await call({ method: 'GET', query }, { tries: 2, stallMs: 4_000, signal });
    },

    async has(artifact, { signal } = {}) {
      return (await headOf(call, objectName(artifact), signal)) !== undefined;
    },

    async put(artifact, options = {}) {
      const { signal, onProgress, onNotice } = options;
      const key = objectName(artifact);
      let sentBytes = 0;
      let reusedBytes = 0;
      for (let tries = 1; ; tries += 1) {
        // The first time: is it there already? Afterwards: is it as it should be, whoever made it?
        const found = await soundOrNone(artifact, options);
        if (typeof found !== 'string') {
          const { storedAt, metadata } = found;
          const at = { bucket: place.bucket, key, metadata, signal };
          const anew = async () => touchObject(call, at);
          if (await touch({ storedAt, freshMs, address, options, setDate: anew })) return { sentBytes, reusedBytes };
        }
        if (tries > mostTries) throw lostPieces(address, `parts of ${artifact.name}`);
        const counted = progressMeter(artifact.sizeBytes, onProgress);
        // What cannot be joined with a copied part may be joined without.
        const make = found === 'foreign' ? replacer(call) : create;
        await assembleInBucket(artifact, { place, call, create: make, counted, signal, onNotice, copies: tries === 1 });
        sentBytes += counted.sentBytes();
        reusedBytes = counted.reusedBytes();
      }
    },

    async source(artifact) {
      const at = await placeOf(artifact);
      if (publicUrl !== undefined) return { ...at, access };
      return { ...at, access, ...(await linkTo(at.url, { keys, region })) };
    },

    async revoke() {
      throw notRevocable(address, {
        why: 'S3 ends them with the key or session that signed them, at the latest after 7 days',
        hint: 'Deactivate that key (aws iam update-access-key --status Inactive), then deploy with another one.',
      });
    },

    async accessOf(secret) {
      return secret === undefined ? { access: 'public address' } : accessOfSignature(secret);
    },

    async list({ signal } = {}) {
      return artifactsInBucket(call, await listOf(call, '', signal), signal);
    },

    async remove(version, { signal } = {}) {
      await removeFromBucket(call, version, signal);
    },

    async read(artifact, options = {}) {
      const key = objectName(artifact);
      const found = await headOf(call, key, options.signal);
      return found && read(key, found, options);
    },

    async removeUnused(artifacts, options) {
      return removeOldObjects(call, artifacts, options);
    },
  };
}
