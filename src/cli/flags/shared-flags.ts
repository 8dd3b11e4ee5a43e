import type { Flag, FlagTable } from '../../shared/flag.ts';
import { flagTable } from '../../shared/flags.ts';

/** Which deployment a command is about, and how it answers. */
export const deploymentFlags = {
  name: flagTable.name,
  namespace: flagTable.namespace,
  kubeconfig: flagTable.kubeconfig,
  context: flagTable.context,
  output: flagTable.output,
} as const satisfies FlagTable;

/** For commands that wait as a deploy does. */
export const waitFlags = {
  wait: flagTable.wait,
  'wait-timeout': flagTable['wait-timeout'],
} as const satisfies FlagTable;

/** For commands that delete. */
export const confirmFlags = { yes: { type: 'boolean', describe: 'Do not ask' } } as const satisfies FlagTable;

/** A flag of the program that says something else to one command. */
export function meaning<const F extends Flag>(
  { default: _default, details: _details, ...flag }: F,
  describe: string,
): Omit<F, 'default' | 'details'> & { readonly describe: string } {
  return { ...flag, describe };
}
