// Writes executables of a blob: for the two Linux targets as they would rebuild themselves, for the others with postject.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf } from '../executable/format/bytes.ts';
import { injectBlob } from './inject/postject.ts';
import { rebuild } from '../executable/rebuild.ts';
import { runtimeFile } from '../executable/runtimes/runtimes.ts';
import { localSource, type RuntimeSettings } from '../executable/runtimes/sources.ts';
import { runtimes as table } from '../executable/runtimes/runtimes-table.ts';
import type { Report } from '../shared/report.ts';
import { linuxTargets, type Target } from '../shared/target.ts';
import { root } from './bundle.ts';

export interface WriteOptions {
  /** The application's name, which the signature of a macOS file carries. */
  readonly name: string;
  readonly blob: Uint8Array;
  readonly output: string;
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
  { name, blob, output, report, signal }: WriteOptions,
): Promise<void> {
  const runtimes = installed(target);
  const linuxTarget = linuxTargets.find((known) => known === target);
  if (linuxTarget === undefined) {
    const runtime = await runtimeFile(target, { ...runtimes, report, signal });
    await injectBlob(runtime, blob, { output, identifier: name, signal });
  } else {
    await rebuild(linuxTarget, { from: { blob: bytesOf(blob) }, output, runtimes, report, signal });
  }
}

/** The runtime that npm installed here, for the target that is this machine. */
function installed(target: Target): RuntimeSettings {
  const { name, path } = table[target].package;
  const file = join(root, 'node_modules', name, path.replace(/^package\//, ''));
  return existsSync(file) ? { source: localSource(file) } : {};
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
