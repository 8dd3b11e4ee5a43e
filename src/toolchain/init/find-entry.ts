import { existsSync } from 'node:fs';
import { join, posix, resolve } from 'node:path';
import { DeployError } from '../../shared/errors.ts';
import { pathIn, type OwnProject } from './project.ts';
import { reachableSources, resolveSource, sourceEndings, startsServer } from './sources.ts';

/** The main file of an application as it is, and how it was found. */
export interface FoundEntry {
  /** Absolute. */
  readonly path: string;
  /** e.g. `scripts.start in package.json says "node dist/main.js"` */
  readonly why: string;
}

interface EntryOptions {
  /** As the user typed it, relative to the working directory. */
  readonly named?: string | undefined;
  readonly cwd: string;
  /** Take the first of several. */
  readonly isAgreed: boolean;
}

/**
 * Finds the file that starts the server.
 *
 * @throws {DeployError} `project-refused` if there is none, or several are as likely.
 */
export function findEntry(project: OwnProject, { named, cwd, isAgreed }: EntryOptions): FoundEntry {
  if (named !== undefined) {
    const path = resolveSource(resolve(cwd, named));
    if (path !== undefined) return { path, why: 'you named it' };
    throw new DeployError('project-refused', `Cannot find the source file "${named}"`, {
      hint: 'Name the file that starts your server, for example: npx selfsame init src/server.ts',
    });
  }
  return entryInManifest(project) ?? entryInUsualPlace(project, isAgreed) ?? refuseMissing(project);
}

function entryInManifest(project: OwnProject): FoundEntry | undefined {
  const { scripts = {}, main } = project.manifest;
  for (const name of ['start', 'start:prod', 'serve', 'dev', 'start:dev']) {
    const script = scripts[name];
    const path = script === undefined ? undefined : entryInScript(project, script);
    if (path !== undefined) return { path, why: `scripts["${name}"] in package.json says "${script}"` };
  }
  const path = main === undefined ? undefined : sourceOf(project, main);
  return path === undefined ? undefined : { path, why: `main in package.json says "${main}"` };
}

/** The first word of a script that is a source file, or what is built from one. */
function entryInScript(project: OwnProject, script: string): string | undefined {
  if (/\bnest start\b/.test(script)) return sourceOf(project, 'src/main.ts');
  const words = script.split(/\s+/).filter((word) => /^[\w.@][\w./@-]*$/.test(word) && word.length > 1);
  // A bare word is a command; a path has a slash or an ending.
  const paths = words.filter((word) => word.includes('/') || /\.[cm]?[jt]sx?$/.test(word));
  const isTool = (path: string): boolean => path.includes('node_modules/') || /\.config\.[cm]?[jt]s$/.test(path);
  return paths
    .filter((path) => !isTool(path))
    .map((path) => sourceOf(project, path))
    .find((path) => path !== undefined);
}

/** The source behind a path in package.json: `dist/main.js` is built from `src/main.ts`. */
function sourceOf(project: OwnProject, named: string): string | undefined {
  const plain = posix.normalize(named).replace(/^\.\//, '');
  const { outDir, rootDir = 'src' } = project.compilerOptions ?? {};
  const builtFolders = [outDir, 'dist', 'build', 'out', 'lib'].filter((folder) => folder !== undefined);
  const below = builtFolders.flatMap((folder) => {
    const prefix = `${posix.normalize(folder).replaceAll(/^\.\/|\/$/g, '')}/`;
    return plain.startsWith(prefix) ? [plain.slice(prefix.length)] : [];
  });
  // The file itself last: a build may have left it there.
  const candidates = [...below.flatMap((path) => [posix.join(rootDir, path), posix.join('src', path), path]), plain];
  return candidates
    .map((candidate) => resolveSource(join(project.folder, candidate)))
    .find((found) => found !== undefined);
}

function entryInUsualPlace(project: OwnProject, isAgreed: boolean): FoundEntry | undefined {
  const places = ['src', '.'].flatMap((folder) =>
    ['main', 'server', 'index', 'app'].flatMap((name) => {
      const files = sourceEndings.map((ending) => join(project.folder, folder, `${name}.${ending}`));
      return files.filter((file) => existsSync(file)).slice(0, 1);
    }),
  );
  const servers = places.filter((path) => {
    const [entry] = reachableSources(path);
    return entry !== undefined && startsServer(entry);
  });
  const likely = servers.length > 0 ? servers : places;
  const [path] = likely;
  if (path === undefined) return undefined;
  if (likely.length > 1 && !isAgreed) {
    const names = likely.map((candidate) => pathIn(project, candidate));
    throw new DeployError('project-refused', `Cannot choose between ${names.join(', ')}`, {
      hint: `Name the one that starts your server, for example: npx selfsame init ${names[0]}`,
    });
  }
  const how = servers.length > 0 ? 'it is a usual main file, and starts a server' : 'it is a usual main file';
  return { path, why: likely.length > 1 ? `${how} (the first of ${likely.length}, by --yes)` : how };
}

function refuseMissing(project: OwnProject): never {
  const isNext = project.manifest.dependencies?.['next'] !== undefined;
  const standalone = '.next/standalone/server.js';
  throw new DeployError('project-refused', `Cannot find the file that starts the server of "${project.folder}"`, {
    hint: isNext
      ? `Set output: 'standalone' in next.config, run next build, then: npx selfsame init ${standalone}`
      : 'Name it, for example: npx selfsame init src/server.ts',
  });
}
