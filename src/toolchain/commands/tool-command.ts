import type { Report } from '../../shared/report.ts';
import type { Halves } from '../carry/halves.ts';

/** What a command of `selfsame` needs of the world. */
export interface ToolContext {
  /** Absolute. */
  readonly cwd: string;
  /** Of selfsame. */
  readonly version: string;
  /** @throws {DeployError} `project-refused` if a part of selfsame is missing. */
  readonly halves: () => Halves;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  readonly report: Report;
  /** A line of data: stdout. */
  readonly print: (line: string) => void;
  /** Lines for people: stderr. */
  readonly say: (...lines: readonly string[]) => void;
  /** Shows people a unified diff. */
  readonly showPatch: (patch: string) => void;
  /** Asks on the terminal; undefined where there is none. The answer is undefined if it was Ctrl-C. */
  readonly confirm: ((question: string) => Promise<boolean | undefined>) | undefined;
}

/** One option of a command. */
export interface ToolOption {
  readonly type: 'string' | 'boolean';
  readonly short?: string;
  /** What stands for the value in the help, e.g. `FILE`. */
  readonly value?: string;
  readonly describe: string;
}

/** A command line as it was read. */
export interface ToolWords {
  /** The words that are no options. */
  readonly operands: readonly string[];
  /** What stands behind `--`. */
  readonly rest: readonly string[];
  readonly text: (option: string) => string | undefined;
  readonly isSet: (option: string) => boolean;
}

/** One command of `selfsame`. */
export interface ToolCommand {
  readonly name: string;
  /** Behind the name, e.g. `[ENTRY] [-o FILE]`. */
  readonly usage: string;
  /** One line for the list of commands. */
  readonly describe: string;
  /** What else there is to know, in lines for its own help. */
  readonly about: readonly string[];
  readonly options: Readonly<Record<string, ToolOption>>;
  /** The most words that are no options. */
  readonly operandLimit: number;
  /** True if words behind `--` mean something. */
  readonly takesRest?: boolean;
  /** @returns the exit status. */
  readonly run: (context: ToolContext, words: ToolWords) => Promise<number>;
}
