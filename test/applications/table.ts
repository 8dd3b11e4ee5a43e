import type { Sample } from './sample.ts';
import { frameworks } from './table/frameworks.ts';
import { native } from './table/native.ts';
import { modules, packages } from './table/packages.ts';
import { processes } from './table/processes.ts';
import { servers } from './table/servers.ts';

const samples: readonly Sample[] = [...frameworks, ...packages, ...modules, ...native, ...processes, ...servers];

/** @throws {Error} that names those there are, if one is asked for that is not there. */
export function findSamples(names: readonly string[]): readonly Sample[] {
  const unknown = names.find((name) => !samples.some((sample) => sample.name === name));
  if (unknown !== undefined)
    throw new Error(`There is no sample ${unknown}: ${samples.map(({ name }) => name).join(' ')}`);
  return names.length === 0 ? samples : samples.filter(({ name }) => names.includes(name));
}
