import { dirname } from 'node:path';
import { manifestIn, nearestFolder, type Project } from '../installed/project.ts';

/** The folders of the project with a package.json: more than one in a workspace. */
export function ownFolders(inputs: readonly string[], project: Project): string[] {
  const folders = inputs
    .filter((file) => !file.includes('/node_modules/') && file.startsWith(`${project.base}/`))
    .map(
      (file) =>
        nearestFolder(dirname(file), (at) => at === project.base || manifestIn(at) !== undefined) ?? project.folder,
    );
  return [...new Set([project.folder, ...folders])].toSorted();
}

/** Their manifests, without what no running program reads. */
export function ownManifests(
  inputs: readonly string[],
  project: Project,
  isOurs: (path: string) => boolean,
): [string, string][] {
  return ownFolders(inputs, project).flatMap((folder) => {
    const found = manifestIn(folder);
    if (found === undefined) return [];
    if (isOurs(`${folder}/`) && isOurs(project.entry)) return [[folder, JSON.stringify({ type: found.type })]];
    const {
      scripts: _scripts,
      devDependencies: _tools,
      workspaces: _members,
      ...manifest
    } = found as Record<string, unknown>;
    return [[folder, JSON.stringify(inOrder(manifest), undefined, 2)]];
  });
}

/** Yarn writes dependencies in an order of its own. */
function inOrder(manifest: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(manifest).map(([field, value]) => [
      field,
      /dependencies$/i.test(field) && typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)))
        : value,
    ]),
  );
}
