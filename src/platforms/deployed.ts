import type { Digest } from '../shared/digest.ts';

/** What is there under a name. */
export interface Deployed {
  /** False: nothing of ours. */
  readonly isThere: boolean;
  /** The versions that are wanted, by Kubernetes' word for the architecture; empty where nothing of ours is. */
  readonly versions: Readonly<Record<string, Digest>>;
  readonly scaling: Scaling;
  /** What replicas may have to fetch by a link, now or after going back. */
  readonly linkPlaces: readonly LinkPlace[];
}

/** Who decides how many replicas there are, and how many that is. */
export interface Scaling {
  /** Absent where nothing of that name is deployed. */
  readonly replicas?: number;
  /** What each of them asks for, in Kubernetes quantities; absent with them. */
  readonly requests?: Readonly<Record<string, string>>;
  /** True if the number is one that we applied; false if it was set by scaling, and stays when an apply leaves it out. */
  readonly isApplied: boolean;
  /** Absent too where we may not see autoscalers; `isSeen` tells. */
  readonly autoscaler?: Autoscaler;
  readonly isSeen: boolean;
}

export interface Autoscaler {
  readonly name: string;
  readonly min: number;
  readonly max: number;
}

/** Where the pods of a revision fetch an executable, by a link that is kept secret. */
export interface LinkPlace {
  readonly version: Digest;
  /** Without its query. */
  readonly url: string;
}

/** The links that pods under a name have: of one version, or of all that have none of their own. */
export interface DeployedLinks {
  readonly query?: string;
  readonly queries: Readonly<Record<string, string>>;
}

/** The link that a pod of that version reads with. */
export function linkOf(version: string, { query, queries }: DeployedLinks): string | undefined {
  return queries[version] ?? query;
}
