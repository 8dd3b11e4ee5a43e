// What a framework has built is complete, and is carried as it is: https://nextjs.org/docs/app/api-reference/config/next-config-js/output,
// https://nitro.build/deploy/runtimes/node, https://svelte.dev/docs/kit/adapter-node, https://docs.astro.build/en/guides/integrations-guide/node/
import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { findPackage, packageOfFile, type InstalledPackage } from '../installed/packages.ts';
import { slashed, type Project } from '../installed/project.ts';

/** Folders, and what shows that one is such an output. */
const outputs: readonly { readonly folder: string; readonly mark: string }[] = [
  { folder: '.next/standalone', mark: 'server.js' },
  { folder: '.output', mark: 'server/index.mjs' },
  { folder: 'build', mark: 'handler.js' },
  { folder: 'dist', mark: 'server/entry.mjs' },
];

/** The output of a framework that a file belongs to; undefined for any other file. */
export function frameworkOutputOf(file: string, { folder }: Project): string | undefined {
  const found = outputs.find(
    (output) => file.startsWith(`${folder}/${output.folder}/`) && existsSync(join(folder, output.folder, output.mark)),
  );
  return found === undefined ? undefined : `${folder}/${found.folder}`;
}

/** All files below a folder, also through links, of which the executable's file system has none. */
export function filesThroughLinks(folder: string, above: readonly string[] = []): string[] {
  const real = slashed(realpathSync(folder));
  if (above.includes(real)) return [];
  return readdirSync(folder)
    .toSorted()
    .flatMap((name) => {
      const path = `${folder}/${name}`;
      const status = statSync(path, { throwIfNoEntry: false });
      if (status?.isDirectory() === true) return filesThroughLinks(path, [...above, real]);
      return status?.isFile() === true && !/\.map$|\.d\.[cm]?ts$/.test(name) ? [path] : [];
    });
}

/** The packages that files of an output belong to; as they are installed, if they still are: an output has no more of them than it runs. */
export function packagesInOutput(files: readonly string[], { folder }: Project): InstalledPackage[] {
  const found = files.flatMap((file) => packageOfFile(file) ?? []);
  return [...new Map(found.map((of) => [of.key, of])).values()].map((of) => {
    const installed = findPackage(of.name, folder);
    return installed?.key === of.key ? installed : of;
  });
}
