import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import prettyBytes from 'pretty-bytes';
import { bytesOf } from '../executable/format/bytes.ts';
import { replaceFile, writeAll } from '../executable/format/atomic-write.ts';
import type { RuntimeSettings } from '../executable/runtimes/sources.ts';
import { runtimes } from '../executable/runtimes/runtimes-table.ts';
import { releaseOf, versionsOf } from '../executable/version.ts';
import { digestOfFile, type Digest } from '../shared/digest.ts';
import type { Report } from '../shared/report.ts';
import { targets, type Target } from '../shared/target.ts';
import { writeExecutable } from './executables.ts';

/** What RELEASE.json says. */
export interface Release {
  readonly name: string;
  readonly release: Digest;
  /** Node's version in all of them. */
  readonly node: string;
  readonly targets: Readonly<Record<Target, ReleasedFile>>;
}

interface ReleasedFile {
  readonly file: string;
  readonly version: Digest;
  readonly sizeBytes: number;
}

export interface ReleaseOptions {
  /** The application's name: the files' names start with it. */
  readonly name: string;
  readonly blob: Uint8Array;
  readonly folder: string;
  /** Where plain runtimes come from, by target. */
  readonly runtimesFor?: ((target: Target) => RuntimeSettings) | undefined;
  readonly report: Report;
  readonly signal?: AbortSignal;
}

/**
 * Writes the executables of an application for every target. One blob goes into all of them, and the same blob gives the
 * same bytes on every host.
 *
 * @throws {DeployError} whatever `writeExecutable` throws; SHA256SUMS and RELEASE.json are there only
 *   when all files are.
 */
export async function release({ name, blob, folder, runtimesFor, report, signal }: ReleaseOptions): Promise<Release> {
  await mkdir(folder, { recursive: true });
  const [sums, notes] = [join(folder, 'SHA256SUMS'), join(folder, 'RELEASE.json')];
  await Promise.all([sums, notes].map((path) => rm(path, { force: true })));

  const files = new Map<Target, ReleasedFile>();
  for (const target of targets) {
    const file = `${name}-${target}${target.startsWith('win') ? '.exe' : ''}`;
    const output = join(folder, file);
    await writeExecutable(target, { name, blob, output, runtimes: runtimesFor?.(target), report, signal });
    const [version, { size: sizeBytes }] = [await digestOfFile(output, signal), await stat(output)];
    files.set(target, { file, version, sizeBytes });
    report({ kind: 'step', text: `${version}  ${file}  ${prettyBytes(sizeBytes)}` });
  }

  const versions = await versionsOf(bytesOf(blob));
  const released: Release = {
    name,
    release: releaseOf(versions),
    node: runtimes['linux-x64'].package.version,
    targets: Object.fromEntries(files) as Release['targets'],
  };
  await writeText(sums, [...files.values()].map(({ version, file }) => `${version}  ${file}\n`).join(''));
  await writeText(notes, `${JSON.stringify(released, null, 2)}\n`);
  return released;
}

async function writeText(path: string, text: string): Promise<void> {
  await replaceFile(path, (file) => writeAll(file, Buffer.from(text)), { mode: 0o644 });
}
