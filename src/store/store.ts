import type { Artifact } from '../executable/format/artifact.ts';
import type { Digest } from '../shared/digest.ts';
import type { Target } from '../shared/target.ts';

/**
 * Where artifacts live, by version. Every implementation passes `storeContract`.
 *
 * @typeParam P how its pods read: most stores give a URL.
 */
export interface Store<P extends ArtifactPlace = ArtifactPlace> {
  /** For people, without secrets: `azure://account/container`. */
  readonly address: string;

  /** How pods will read, in words, for the plan line: `read-only link, policy selfsame, prolonged at each deploy`. */
  readonly access: string;

  /** What the secret of a `source` opens: that artifact alone, or every artifact; absent where reading needs none. */
  readonly secretOpens?: 'one' | 'all' | undefined;

  /** Where a pod will read an artifact; known before it is there, unless what is there turns out to be damaged. */
  placeOf(artifact: Pick<Artifact, 'version' | 'name' | 'blob'>): Promise<P>;

  /**
   * Makes sure that the store can be reached with these credentials, and that they may write as far as that can be known,
   * before anything is changed; creates nothing.
   *
   * @throws {DeployError} `store-unreachable` or `store-denied`. The SDK's error is not passed on: it holds the request,
   *   and with it the secret.
   */
  check(options?: WaitOptions): Promise<void>;

  /** True if the object is complete; a half-written one does not count. */
  has(artifact: Pick<Artifact, 'version' | 'name'>, options?: WaitOptions): Promise<boolean>;

  /**
   * Uploads the artifact unless it is there already. What others have put in its place is replaced, and said.
   *
   * The bytes are hashed on their way; what does not hash to `artifact.version` is never committed.
   *
   * What an upload that was cut off had sent is not sent again, nor what the store holds already and can copy itself: the
   * prefix that other artifacts share, and the parts that stand in `basedOn`. Where it does not copy, all is sent.
   *
   * What is there already is dated anew, if it is older than an hour: it is in use.
   *
   * @returns what crossed the wire and what was found or copied inside the store, both in bytes; 0 and 0 if it was there.
   * @throws {DeployError} `store-unreachable`, `store-denied`, or `executable-damaged` if the bytes are not the version's.
   */
  put(artifact: Artifact, options?: PutOptions): Promise<{ sentBytes: number; reusedBytes: number }>;

  /**
   * What a pod needs to read the artifact, which has to be in the store already; on Azure this makes or prolongs the
   * access policy. The secret part goes into a Secret: never log it.
   *
   * Where a store can, it opens this artifact alone, so that who reads the Secret of one application cannot read another's:
   * see `secretOpens`.
   */
  source(artifact: Pick<Artifact, 'version' | 'name' | 'blob'>, options?: WaitOptions): Promise<Source<P>>;

  /**
   * Ends every secret that `source` has ever given, to whichever application; from then on it gives new ones. Absent where none are
   * given.
   *
   * @throws {DeployError} `not-revocable` if they end with what signed them, and the hint says how to end that.
   */
  revoke?(options?: WaitOptions): Promise<void>;

  /** What a secret that was deployed earlier still gives, changing nothing; for `self status`. */
  accessOf(secret: string | undefined, options?: WaitOptions): Promise<Access>;

  /** Every complete artifact. */
  list(options?: WaitOptions): Promise<StoredArtifact[]>;

  /** Removes one version; removing what is not there is no error. */
  remove(version: Digest, options?: WaitOptions): Promise<void>;
}

/** A store that pods read by a URL. Other clusters may share it, and nobody sees them all. */
export interface UrlStore extends Store<UrlPlace> {
  /** Reads what is stored under an artifact's name, whatever it is: what pods are given. Undefined if nothing is there. */
  read(artifact: Pick<Artifact, 'version' | 'name'>, options?: WaitOptions): Promise<StoredBytes | undefined>;

  /**
   * Removes artifacts of which nobody has stored, or by `put` found, the same since; then what versions shared and none needs.
   * So a deploy under way, which refers to them only later, does not lose what it found.
   *
   * @returns those that were removed by this call.
   */
  removeUnused<A extends Pick<Artifact, 'version' | 'name'>>(
    artifacts: readonly A[],
    options: WaitOptions & { readonly before: Date },
  ): Promise<A[]>;
}

/** How long what `put` found there may bear an old date before it is dated anew; `removeUnused` must not be asked for younger. */
export const touchAfterMs = 60 * 60_000;

export interface WaitOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface PutOptions extends WaitOptions {
  /** Called with the bytes that really crossed the wire so far, and all that have to. */
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
  /** The version of the same name that is most like this one, of which the store may copy: the one that runs now. */
  readonly basedOn?: Digest | undefined;
  /** Called with what the user should know of an upload that succeeds all the same. */
  readonly onNotice?: (text: string) => void;
}

/** Where a pod reads an artifact: nothing secret, so that it may stand in a pod spec. */
type ArtifactPlace = UrlPlace | MountedPlace;

/** Read over the network, the whole or a range of it: `GET url?secret`. */
export interface UrlPlace {
  readonly kind: 'url';
  /** Without its query. */
  readonly url: string;
}

/** Mounted into the pod: the blob alone, compressed by zstd. The runner makes the executable from it. */
export interface MountedPlace {
  readonly kind: 'mounted';
  /** Names of ConfigMaps in the pod's namespace; what they hold, joined in this order, is the compressed blob. */
  readonly configMaps: readonly string[];
  /** As it is once it is unpacked. */
  readonly blob: { readonly digest: Digest; readonly sizeBytes: number };
}

/** How a pod reads an artifact. */
export type Source<P extends ArtifactPlace = ArtifactPlace> = P &
  Access & {
    /** The query string without `?` (a SAS), or absent where nothing secret is needed. */
    readonly secret?: string;
  };

/** How pods may read, and until when. */
export interface Access {
  /** In words, e.g. `read-only link, policy selfsame, prolonged at each deploy`. */
  readonly access: string;
  /** When the access ends, if it does. */
  readonly validUntil?: Date | undefined;
  /** What the user should know about that end, if something. */
  readonly warning?: string | undefined;
}

/** For {@link Access.warning}. */
export const endWarning =
  'Pods that start after the end of their access cannot fetch the executable: deploy again before';

export interface StoredBytes {
  readonly sizeBytes: number;
  open(): AsyncIterable<Uint8Array>;
}

export interface StoredArtifact {
  readonly version: Digest;
  readonly name: string;
  readonly sizeBytes: number;
  readonly storedAt: Date;
  /** Absent if the object does not say. */
  readonly target?: Target | undefined;
}
