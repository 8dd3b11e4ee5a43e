import type { Digest } from '../../shared/digest.ts';
import type { LinuxTarget, Target } from '../../shared/target.ts';
import type { PrefixLayout } from '../format/prefix.ts';

/** The plain Node binary of a target: where it comes from and how it is known again. */
export interface Runtime {
  readonly package: RuntimePackage;
  /** Below the address of a nodejs.org/dist mirror: an archive, or the binary itself. */
  readonly distPath: string;
  readonly sizeBytes: number;
  readonly digest: Digest;
  /** 32 hex digits, for services that check nothing else. */
  readonly md5: string;
}

/** The npm package that carries a runtime. */
export interface RuntimePackage {
  readonly name: string;
  readonly version: string;
  /** As in a lock file: `sha512-...`. */
  readonly integrity: string;
  /** Of the binary in the archive, e.g. `package/bin/node`. */
  readonly path: string;
}

/** A runtime that executables are rebuilt for. */
interface LinuxRuntime extends Runtime {
  readonly prefix: Prefix;
}

/** The first part of every executable for one Node version and target. */
interface Prefix extends PrefixLayout {
  readonly digest: Digest;
  readonly md5: string;
  /** Of SHA-256 after the prefix (hash-wasm's, base64): from here on a version costs the hash of its tail. */
  readonly hashState: string;
}

/** All we build with. One table holds it: runtimes-table.ts. */
export type Runtimes = Readonly<Record<LinuxTarget, LinuxRuntime> & Record<Exclude<Target, LinuxTarget>, Runtime>>;
