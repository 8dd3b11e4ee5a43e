import type { CommandShape } from '../flags/command-shape.ts';
import type { FlagsOf, FlagTable } from '../../shared/flag.ts';
import type { Session } from './session.ts';

/** A command behind `self`. */
export interface Command extends CommandShape {
  /** @returns the exit status. */
  readonly run: (session: Session, flags: object, call: Call) => Promise<number>;
}

/** What a command may want to know besides its flags. */
export interface Call {
  /** What follows its name, as it was typed. */
  readonly words: readonly string[];
  /** All commands behind `self`. */
  readonly commands: readonly CommandShape[];
}

interface Declared<F extends FlagTable, P extends FlagTable> extends Omit<CommandShape, 'positionals'> {
  readonly positionals?: P;
  readonly flags: F;
  readonly run: (session: Session, flags: FlagsOf<F & P>, call: Call) => Promise<number>;
}

const noWords = {} as const satisfies FlagTable;

/** Declares a command: what `run` is given has the types that its flags and positional words say. */
export function command<const F extends FlagTable, const P extends FlagTable = typeof noWords>(
  declared: Declared<F, P>,
): Command {
  const { positionals = noWords, run, ...shape } = declared;
  return { ...shape, positionals, run: async (session, flags, call) => run(session, flags as FlagsOf<F & P>, call) };
}
