import { basename } from 'node:path';
import type { Application } from '../../app/application.ts';
import type { Flag, FlagTable } from '../../shared/flag.ts';
import { flagTable } from '../../shared/flags.ts';
import type { CommandShape } from '../flags/command-shape.ts';
import { describeFlag } from '../flags/parser.ts';

/** One word that may come next. */
export interface Completed {
  readonly word: string;
  readonly describe: string;
}

/** A flag, and what may follow it: words that are known, a file, a context of the kubeconfig, anything, or nothing. */
export interface CompletedFlag extends Completed {
  readonly value: readonly string[] | 'file' | 'context' | 'any' | 'none';
}

/** What may come next at one place of the command line. */
export interface Scope {
  /** The words before: none, `self`, or `self status`. */
  readonly path: string;
  readonly words: readonly Completed[];
  readonly flags: readonly CompletedFlag[];
}

/** Every place of the command line of an application, and the names that its executable has. */
export interface CommandLine {
  readonly names: readonly string[];
  readonly scopes: readonly Scope[];
}

/** @param program as it was typed. */
export function commandLineOf(
  { name, options = {} }: Application,
  program: string,
  commands: readonly CommandShape[],
): CommandLine {
  const appOptions = Object.entries(options).map(([option, { type, describe }]): CompletedFlag => {
    return { word: `--${option}`, describe, value: type === 'boolean' ? 'none' : 'any' };
  });
  const deploying = [...appOptions, ...completedFlags(flagTable)];
  const scopes = commands.map((command): Scope => {
    const words = Object.values<Flag>(command.positionals).map(valueOf).filter(Array.isArray).flat();
    return {
      path: `self ${command.name}`,
      words: words.map((word: string) => ({ word, describe: '' })),
      flags: command.takesDeployFlags === true ? deploying : completedFlags(command.flags),
    };
  });
  return {
    names: [...new Set([name, ...(isPlain(program) ? [basename(program)] : [])])],
    scopes: [
      { path: '', words: [{ word: 'self', describe: 'Look at, change or copy what is deployed' }], flags: deploying },
      { path: 'self', words: commands.map(({ name: word, describe }) => ({ word, describe })), flags: [] },
      ...scopes,
    ],
  };
}

/** False for what a shell would not take for one name: it stands in the scripts as it is. */
function isPlain(program: string): boolean {
  return !program.includes(' ') && /^[\w.+-]+$/.test(basename(program));
}

function completedFlags(table: FlagTable): CompletedFlag[] {
  return Object.entries(table).map(([name, flag]) => {
    // What is the default is only ever switched off.
    const isOn = flag.default === true;
    return { word: `--${isOn ? 'no-' : ''}${name}`, describe: describeFlag(flag), value: valueOf(flag) };
  });
}

function valueOf({ type, choices, completes }: Flag): CompletedFlag['value'] {
  return type === 'boolean' ? 'none' : (choices ?? completes ?? 'any');
}
