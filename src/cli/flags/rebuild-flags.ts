import type { FlagTable } from '../../shared/flag.ts';
import { flagTable } from '../../shared/flags.ts';
import { meaning } from './shared-flags.ts';

/** The flags of `self rebuild`. Apart from the command, which is loaded only where a runtime has to be fetched. */
export const rebuildFlags = {
  target: { ...meaning(flagTable.target, 'linux-x64 or linux-arm64'), required: true },
  output: {
    type: 'string',
    short: 'o',
    value: 'FILE',
    completes: 'file',
    required: true,
    describe: 'File to write',
  },
  from: {
    type: 'string',
    value: 'FILE',
    completes: 'file',
    describe: 'Take the application out of another executable, of any target',
  },
  'runtime-source': flagTable['runtime-source'],
} as const satisfies FlagTable;
