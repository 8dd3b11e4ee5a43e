import { basename } from 'node:path';
import type { Application } from '../../app/application.ts';
import { flags, type Flag } from '../../shared/flags.ts';
import { linuxTargets } from '../../shared/target.ts';
import type { SelfCommand } from '../flags/self-flags.ts';

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
  commands: Readonly<Record<string, SelfCommand>>,
): CommandLine {
  const theirs = Object.entries(options).map(([option, { type, describe }]): CompletedFlag => {
    return { word: `--${option}`, describe, value: type === 'boolean' ? 'none' : 'any' };
  });
  const ours = Object.entries<Flag>(flags).map(([flag, { type, describe, choices }]) =>
    flagOf(flag, { isSwitch: type === 'boolean', describe, ...(choices && { choices }) }),
  );
  const deploying = [...theirs, ...ours];
  const scopes = Object.entries(commands).map(([command, { takes }]): Scope => {
    const own = Object.entries(takes).map(([flag, { type, describe = '', choices }]) =>
      // For these alone it is a file that is written.
      flagOf(command === 'rebuild' && flag === 'output' ? 'from' : flag, {
        word: flag,
        isSwitch: type === 'boolean',
        describe,
        ...(choices && { choices: choices.map(String) }),
      }),
    );
    const words = command === 'completion' ? ['bash', 'zsh', 'fish'].map((word) => ({ word, describe: '' })) : [];
    return { path: `self ${command}`, words, flags: command === 'diff' ? deploying : own };
  });
  const all = Object.entries(commands).map(([word, { describe }]): Completed => ({ word, describe }));
  return {
    names: [...new Set([name, ...(program.includes(' ') ? [] : [basename(program)])])],
    scopes: [
      { path: '', words: [{ word: 'self', describe: 'Look at, change or copy what is deployed' }], flags: deploying },
      { path: 'self', words: all, flags: [] },
      ...scopes,
    ],
  };
}

/** Flags whose value is a file. */
const files: ReadonlySet<string> = new Set(['kubeconfig', 'prices', 'from', 'runtime-source']);

function flagOf(
  name: string,
  given: { word?: string; isSwitch: boolean; describe: string; choices?: readonly string[] },
): CompletedFlag {
  const { word = name, isSwitch, describe, choices } = given;
  const value = (): CompletedFlag['value'] => {
    if (isSwitch) return 'none';
    if (files.has(name)) return 'file';
    if (name === 'context') return 'context';
    return choices ?? (name === 'target' ? linuxTargets : name === 'store' ? ['cluster'] : 'any');
  };
  // What is the default is only ever switched off.
  const isOff = isSwitch && (name === 'wait' || name === 'rollback');
  return { word: `--${isOff ? 'no-' : ''}${word}`, describe, value: value() };
}
