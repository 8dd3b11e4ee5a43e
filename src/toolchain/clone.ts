// Builds applications that are a part of this clone: the example, and those of the tests.
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readBlob } from '../executable/format/blob.ts';
import { localSource, type RuntimeSettings } from '../executable/runtimes/sources.ts';
import { runtimes as table } from '../executable/runtimes/runtimes-table.ts';
import type { Target } from '../shared/target.ts';
import { buildExecutable, carriedBlob, type BuildRequest } from './build.ts';
import { root, sourceHalves } from './bundle.ts';
import { scriptReport } from './executables.ts';
import { findProject } from './installed/project.ts';
import type { Halves } from './carry/halves.ts';

const example = 'src/hello-world.ts';

/** The runtime that npm installed here, for the target that is this machine. */
export function installedRuntimes(target: Target): RuntimeSettings {
  const { name, path } = table[target].package;
  const file = join(root, 'node_modules', name, path.replace(/^package\//, ''));
  return existsSync(file) ? { source: localSource(file) } : {};
}

/** What a build in this clone is told. */
export function cloneRequest(entry: string = example, halves: Halves = sourceHalves()): BuildRequest {
  return { entry: join(root, entry), halves, runtimesFor: installedRuntimes, report: scriptReport() };
}

/**
 * Builds an application of this clone for this machine, into dist/.
 *
 * @param entry its main file, relative to the root; it names the executable.
 * @returns the executable's path.
 * @throws {DeployError} as {@link buildExecutable}.
 */
export async function buildHere(entry: string = example): Promise<string> {
  const { output, blob } = await buildExecutable(cloneRequest(entry));
  if (entry === example) await writeParts(blob);
  return output;
}

/** The blob of an application of this clone, which names neither files nor packages in its definition. */
export async function blobHere(entry: string = example, halves: Halves = sourceHalves()): Promise<Uint8Array> {
  const request = cloneRequest(entry, halves);
  const { blob } = await carriedBlob(request, await findProject(request.entry), { files: [], external: [] });
  return blob;
}

/** Kept for a look, and for Node's own tool with sea-config.json; never read back, since another build may run beside this one. */
async function writeParts(blob: Uint8Array): Promise<void> {
  const { mainPath, code, assets } = readBlob(blob);
  const parts: [string, Uint8Array][] = [
    [mainPath, code],
    [join('dist', 'hello-world.blob'), blob],
  ];
  for (const [name, content] of assets) parts.push([join('dist', 'parts', name), content]);
  for (const [file, content] of parts) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), content);
  }
}
