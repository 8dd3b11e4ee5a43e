import type { Digest } from '../../shared/digest.ts';
import type { Target } from '../../shared/target.ts';

/** A finished executable: what is stored, pulled and run. Its bytes are read again and again, never held. */
export interface Artifact {
  /** The application's name, also the object's last path segment in a store, e.g. `hello-world`. */
  readonly name: string;
  readonly target: Target;
  /** SHA-256 of the whole. */
  readonly version: Digest;
  readonly sizeBytes: number;
  /** The first part, shared by all applications on one Node version and target; absent where a file is not built that way. */
  readonly prefix?: ArtifactPrefix;
  /** The application alone, from which the runner can make all behind the prefix; absent where a file is not built that way. */
  readonly blob?: ArtifactBlob;
  /**
   * Where parts begin and end that often stay as they are from one version to the next, beside the prefix: offsets in
   * ascending order. A store that finds such a part in an earlier version need not be sent it, wherever it stands there.
   */
  readonly cuts?: readonly number[];
  /**
   * Streams the bytes from `start` (default 0) up to, not including, `end` (default all). May be called many times, also
   * concurrently. With `ring` a chunk may be overwritten once `ring - 1` more were asked for; see `Bytes`.
   */
  open(range?: { start?: number; end?: number; ring?: number }): AsyncIterable<Uint8Array>;
}

/** What is known of a prefix without reading it. */
export interface ArtifactPrefix {
  readonly digest: Digest;
  /** 32 hex digits, for services that check nothing else. */
  readonly md5: string;
  readonly sizeBytes: number;
  /** A SHA-256 that has taken in the prefix; with the rest of the artifact it becomes the version. */
  hashed(): Promise<Hashing>;
}

/** What an application's executables have in common on every target. */
export interface ArtifactBlob {
  readonly digest: Digest;
  readonly sizeBytes: number;
  open(): AsyncIterable<Uint8Array>;
}

/** A SHA-256 under way. */
export interface Hashing {
  update(chunk: Uint8Array): unknown;
  digest(encoding: 'hex'): string;
}
