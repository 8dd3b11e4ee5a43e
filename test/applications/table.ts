import type { SampleApplication } from './sample.ts';
import { frameworks } from './table/frameworks.ts';
import { native } from './table/native.ts';
import { modules, packages } from './table/packages.ts';
import { processes } from './table/processes.ts';
import { servers } from './table/servers.ts';

export const samples: readonly SampleApplication[] = [
  ...frameworks,
  ...packages,
  ...modules,
  ...native,
  ...processes,
  ...servers,
];

/** Those that differ most. */
export const samplesInCi = samples.filter(({ isInCi }) => isInCi === true);
