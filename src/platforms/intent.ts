import type { ReleaseSignature } from '../executable/release-signature.ts';
import type { Versions } from '../executable/version.ts';
import type { Digest } from '../shared/digest.ts';
import type { MountedPlace } from '../store/store.ts';

/** What a user wants to run, in plain values: everything a platform makes its objects from. */
export interface Intent {
  /** The application's name: names every object, and the file in the pod. A DNS label. */
  readonly name: string;
  readonly release: Digest;
  /** What was built, by Kubernetes' word for the architecture. Replicas go to nodes of these alone. */
  readonly versions: Readonly<Partial<Record<Arch, IntendedVersion>>>;
  /** The secret query string that reads the artifacts, without `?`; absent where reading is public. */
  readonly query?: string | undefined;
  /** What pods mount instead of fetching from a URL. */
  readonly mounted?: MountedPlace | undefined;
  /** Where each version has a query of its own, these, by version: also of releases that pods may go back to. */
  readonly queries?: Readonly<Record<Digest, string>> | undefined;
  /** Absent: the number is left to whoever scales it (an autoscaler). */
  readonly replicas?: number | undefined;
  /** Passed to the application as they are. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Environment from Secrets that exist already. */
  readonly secretEnv?: Readonly<Record<string, { readonly secret: string; readonly key: string }>> | undefined;
  /** What the application serves HTTP on; absent: no Service and no probes. */
  readonly port?: number | undefined;
  /** Given if it speaks TLS there. */
  readonly scheme?: 'https' | undefined;
  readonly healthPaths: HealthPaths;
  readonly resources?: Resources | undefined;
  readonly runnerImage: string;
  readonly runner: RunnerChoice;
  /** Given if replicas are to run only what is signed. */
  readonly signature?: SignedRelease | undefined;
  readonly imagePullSecret?: string | undefined;
  readonly serviceAccount?: string | undefined;
  /** True: only what comes for the port is let in. */
  readonly networkPolicy?: boolean | undefined;
  readonly nodeSelector?: Readonly<Record<string, string>> | undefined;
  /** `KEY`, `KEY=VALUE`, either with `:EFFECT`. */
  readonly tolerations?: readonly string[] | undefined;
  /** From SIGTERM to SIGKILL: as long as the application may need to drain. */
  readonly terminationGracePeriodSeconds?: number | undefined;
}

/** What starts the executable: the image itself (runner/run.sh), or a script that a stock image of Node.js is given. */
export type RunnerChoice =
  | { readonly kind: 'thin' }
  | {
      readonly kind: 'stock';
      /** The text of the bundle of runner/stock. */
      readonly script: string;
      /** Of the script. */
      readonly digest: Digest;
      /** Counts the names under which others have put something else; absent for the first. */
      readonly edition?: number;
    };

/** A release, and what its signature proves of it. */
export interface SignedRelease extends ReleaseSignature {
  /** Of both architectures, also of one that is not deployed. */
  readonly versions: Versions;
}

export type Arch = 'amd64' | 'arm64';

/** One artifact as a replica needs it. */
interface IntendedVersion {
  readonly version: Digest;
  readonly sizeBytes: number;
  /** Without its secret query; absent where the blob is mounted. */
  readonly url?: string | undefined;
  /** Its first part: a runner that carries it fetches the rest alone. */
  readonly prefix?: { readonly digest: Digest; readonly sizeBytes: number } | undefined;
}

/** Where the application answers how it is. */
export interface HealthPaths {
  readonly ready: string;
  readonly live: string;
}

/** Kubernetes quantities, e.g. `100m`, `256Mi`. */
export interface Resources {
  readonly cpuRequest?: string;
  readonly cpuLimit?: string;
  readonly memoryRequest?: string;
  readonly memoryLimit?: string;
}
