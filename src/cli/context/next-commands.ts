import type { ClusterFlags } from './cluster.ts';
import type { Session } from './session.ts';

/**
 * The commands that a user wants next, ready to be copied: with the flags that lead to the same place.
 *
 * @param which those that make sense; rolling back does not where there is nothing to go back to.
 */
export function nextCommands(
  { program }: Session,
  flags: ClusterFlags & { readonly name?: string | undefined },
  which: readonly NextCommand[],
): string[] {
  const same = (['name', 'namespace', 'context', 'kubeconfig'] as const)
    .flatMap((flag) => (flags[flag] === undefined ? [] : [` --${flag} ${quoted(flags[flag])}`]))
    .join('');
  return which.map((name) => `  ${name.padEnd(9)}  ${program} self ${commands[name]}${same}`);
}

export type NextCommand = keyof typeof commands;

/** What there is to do with something that runs. */
export function afterDeploy({ canRollBack }: { readonly canRollBack: boolean }): readonly NextCommand[] {
  return canRollBack ? ['look', 'logs', 'roll back', 'delete'] : ['look', 'logs', 'delete'];
}

const commands = {
  look: 'status',
  logs: 'logs',
  'roll back': 'rollback',
  delete: 'delete',
} as const;

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
