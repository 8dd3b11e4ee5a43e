import type { LinuxTarget } from '../../src/shared/target.ts';
import type { Row } from '../tools/table.ts';

/** What every suite measures with. */
export interface Bench {
  readonly executable: string;
  /** Path of its blob. */
  readonly blob: string;
  /** A target that is not this machine's. */
  readonly foreign: LinuxTarget;
  /** To write into; it goes away afterwards. */
  readonly folder: string;
  readonly runs: number;
  /** Ends what is measured, so that it is cleaned up. */
  readonly signal: AbortSignal;
}

/** What a suite found. */
export interface Measured {
  readonly rows: readonly Row[];
  /** For people, where the rows alone do not tell it. */
  readonly text?: string;
  /** Where something has to be right, not quick: what was tried. */
  readonly cases?: readonly { readonly wrong: readonly string[] }[];
}

export type Suite = (bench: Bench) => Promise<Measured>;
