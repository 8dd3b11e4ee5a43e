import { sign, type KeyObject } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import prettyBytes from 'pretty-bytes';
import { bytesOf } from '../executable/format/bytes.ts';
import { makeFolders } from '../executable/format/make-folders.ts';
import { replaceFile, writeAll } from '../executable/format/atomic-write.ts';
import { packageListIn } from '../executable/packages/package-list.ts';
import { sbomOf } from '../executable/packages/sbom.ts';
import { releaseText } from '../executable/release-signature.ts';
import type { RuntimeSettings } from '../executable/runtimes/sources.ts';
import { runtimes } from '../executable/runtimes/runtimes-table.ts';
import { releaseOf, versionsOf } from '../executable/version.ts';
import { digestOf, digestOfFile, type Digest } from '../shared/digest.ts';
import type { Report } from '../shared/report.ts';
import { targets, type Target } from '../shared/target.ts';
import { writeExecutable } from './executables.ts';
import { signedProvenance } from './provenance.ts';

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
  /** Signs the release: an Ed25519 key. */
  readonly key?: KeyObject | undefined;
  /** Of the sources, where they are just that. */
  readonly commit?: string | undefined;
  readonly report: Report;
  readonly signal?: AbortSignal;
}

/**
 * Writes the executables of an application for every target. One blob goes into all of them, and the same blob gives the
 * same bytes on every host. Beside them: SHA256SUMS, RELEASE.json and NAME.cdx.json, what is in them; with a key NAME.intoto.json, how they
 * came about, and NAME.sig, the signature that `--require-signature` demands.
 *
 * @throws {DeployError} whatever `writeExecutable` throws; what is beside the executables is there only when all of them are.
 */
export async function release(options: ReleaseOptions): Promise<Release> {
  const { name, blob, folder, runtimesFor, key, commit, report, signal } = options;
  const packages = packageListIn(blob);
  await makeFolders(folder);
  const beside = ['SHA256SUMS', 'RELEASE.json', `${name}.cdx.json`, `${name}.intoto.json`, `${name}.sig`] as const;
  const [sums, notes, bill, provenance, signature] = beside;
  await Promise.all(beside.map((file) => rm(join(folder, file), { force: true })));
  const write = async (file: string, text: string): Promise<void> =>
    replaceFile(join(folder, file), (handle) => writeAll(handle, Buffer.from(text)), { mode: 0o644 });

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
  const listed = [...files].map(([target, { file, version }]) => ({ target, name: file, digest: version }));
  const sbom = `${JSON.stringify(sbomOf(packages, { name, release: released.release, files: listed }), null, 2)}\n`;
  await write(sums, listed.map((file) => `${file.digest}  ${file.name}\n`).join(''));
  await write(bill, sbom);
  if (key !== undefined) {
    const digests = new Map(listed.map((file) => [file.name, file.digest]));
    digests.set(bill, await digestOf([Buffer.from(sbom)]));
    const subject = { name, files: digests, targets, packages, commit };
    await write(provenance, `${JSON.stringify(signedProvenance(subject, key), null, 2)}\n`);
    await write(signature, `${sign(null, Buffer.from(releaseText(versions)), key).toString('base64')}\n`);
  }
  await write(notes, `${JSON.stringify(released, null, 2)}\n`);
  return released;
}
