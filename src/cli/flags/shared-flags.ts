import type { Flag, FlagTable } from '../../shared/flag.ts';
import { flags } from '../../shared/flags.ts';

/** Which deployment a command is about, and how it answers. */
export const deploymentFlags = {
  name: flags.name,
  namespace: flags.namespace,
  kubeconfig: flags.kubeconfig,
  context: flags.context,
  output: flags.output,
} as const satisfies FlagTable;

/** For commands that wait as a deploy does. */
export const waitFlags = { wait: flags.wait, 'wait-timeout': flags['wait-timeout'] } as const satisfies FlagTable;

/** For commands that delete. */
export const confirmFlags = { yes: { type: 'boolean', describe: 'Do not ask' } } as const satisfies FlagTable;

/** A flag of the program that says something else to one command. */
export function meaning<const F extends Flag>(
  { default: _default, details: _details, ...flag }: F,
  describe: string,
): Omit<F, 'default' | 'details'> & { readonly describe: string } {
  return { ...flag, describe };
}
