// Writes executables of a blob: for the two Linux targets as they would rebuild themselves, for the others with postject.
import { bytesOf } from '../executable/format/bytes.ts';
import { injectBlob } from './inject/postject.ts';
import { rebuild } from '../executable/rebuild.ts';
import { runtimeFile } from '../executable/runtimes/runtimes.ts';
import type { RuntimeSettings } from '../executable/runtimes/sources.ts';
import type { Report } from '../shared/report.ts';
import { linuxTargets, type Target } from '../shared/target.ts';

export interface WriteOptions {
  /** The application's name, which the signature of a macOS file carries. */
  readonly name: string;
  readonly blob: Uint8Array;
  readonly output: string;
  /** Where a plain runtime comes from; default: the cache and the registry. */
  readonly runtimes?: RuntimeSettings | undefined;
  readonly report: Report;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes the executable of any target.
 *
 * @throws {DeployError} whatever `rebuild`, `injectBlob` and `runtimeFile` throw.
 */
export async function writeExecutable(
  target: Target,
  { name, blob, output, runtimes, report, signal }: WriteOptions,
): Promise<void> {
  const linuxTarget = linuxTargets.find((known) => known === target);
  if (linuxTarget === undefined) {
    const runtime = await runtimeFile(target, { ...runtimes, report, signal });
    await injectBlob(runtime, blob, { output, identifier: name, signal });
  } else {
    await rebuild(linuxTarget, { from: { blob: bytesOf(blob) }, output, runtimes, report, signal });
  }
}

/** Finished things to stdout; warnings, and what is being fetched, once each, to stderr. */
export function scriptReport(): Report {
  const fetched = new Set<string>();
  return (event) => {
    if (event.kind === 'step') console.log(event.text);
    if (event.kind === 'warning') console.error(event.text);
    if (event.kind === 'progress' && !fetched.has(event.what)) console.error(`Fetching ${event.what}`);
    if (event.kind === 'progress') fetched.add(event.what);
  };
}
