import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../src/toolchain/bundle.ts';
import { packageCode } from './bundles.ts';
import { packageTypes } from './declarations.ts';
import { ownManifest, publishedManifest } from './manifest.ts';

export interface Packed {
  readonly folder: string;
  readonly tarball: string;
  readonly sizeBytes: number;
}

/**
 * Makes the npm package: a folder and the tarball of it. The same sources make the same bytes.
 *
 * @param into absolute path of an own folder, which is emptied of an older package.
 */
export async function packPackage(into: string): Promise<Packed> {
  const folder = join(into, 'package');
  await rm(folder, { recursive: true, force: true });
  const manifest = Buffer.from(`${JSON.stringify(await publishedManifest(), null, 2)}\n`);
  const files = new Map([...(await packageCode()), ...(await packageTypes()), ['package.json', manifest]]);
  for (const [path, contents] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), contents);
  }
  for (const file of ['LICENSE', 'README.md', 'CHANGELOG.md']) await copyFile(join(root, file), join(folder, file));
  await chmod(join(folder, 'bin/selfsame.js'), 0o755);

  const { name, version } = await ownManifest();
  const tarball = join(into, `${name}-${version}.tgz`);
  await promisify(execFile)('npm', ['pack', '--ignore-scripts', '--pack-destination', into], {
    cwd: folder,
    // npm is a script there.
    shell: process.platform === 'win32',
  });
  return { folder, tarball, sizeBytes: (await stat(tarball)).size };
}
