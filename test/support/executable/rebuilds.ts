import { copyFile, open } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesOf } from '../../../src/executable/format/bytes.ts';
import { rebuild } from '../../../src/executable/rebuild.ts';
import { localSource } from '../../../src/executable/runtimes/sources.ts';
import { openExecutable } from '../../../src/executable/self.ts';
import type { ReportEvent } from '../../../src/shared/report.ts';
import { here, installedRuntime, type Fixture } from '../programs/executable-fixture.ts';

export async function rebuildTo(fixture: Fixture, output: string): Promise<unknown> {
  return rebuild(here, { from: await openExecutable(fixture.path), output });
}

/** An origin that has no prefix for this machine, and a cache in the folder and a source that have. */
export function otherOrigin(fixture: Fixture, folder: string) {
  const events: ReportEvent[] = [];
  return {
    from: { blob: bytesOf(fixture.blob) },
    runtimes: { source: localSource(installedRuntime), cacheFolder: join(folder, 'cache') },
    events,
    report: (event: ReportEvent) => events.push(event),
  };
}

/** Copies a file, and flips one bit of the copy. */
export async function flippedCopy(path: string, copy: string, position: number): Promise<string> {
  await copyFile(path, copy);
  await flipBit(copy, position);
  return copy;
}

export async function flipBit(path: string, position: number): Promise<void> {
  await using file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, position);
  await file.write(Buffer.of((byte[0] ?? 0) ^ 1), 0, 1, position);
}
