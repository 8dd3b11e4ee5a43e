import prettyBytes from 'pretty-bytes';
import type { BuiltExecutable } from '../build.ts';
import type { LicensedPackage } from '../../executable/packages/package-list.ts';
import type { CarriedPackage } from '../carry/reached-packages.ts';
import { areIn } from '../carry/own-files.ts';
import { nameIn, packageOfFile } from '../installed/packages.ts';
import { filesIn } from '../init/server-settings.ts';
import { reachableSources } from '../init/sources.ts';
import { nativeNotes } from './native-notes.ts';
import { trialNotes } from './trial-notes.ts';

/** What the one who builds should know of an executable, one line each. */
export function buildNotes(built: BuiltExecutable): string[] {
  const { carried, definition, trial } = built;
  const { assets, packages, licensed, ownFiles, named, sources, missing } = carried;
  const byPlatform = new Set(carried.platform.map(({ of }) => of.key));
  const shown = packages.filter(({ of }) => !byPlatform.has(of.key));
  const unused = shown.filter(({ reason }) => reason === 'nothing imports it');
  const whole = shown.filter(({ code, reason }) => code && reason !== 'nothing imports it');
  const sizeBytes = [...assets.values()].reduce((sum, { length }) => sum + length, 0);
  const fileCount = new Set([...named, ...ownFiles.files]).size;
  const absent = [...missing].flatMap(([name, by]) => missingText(name, by)).toSorted();
  const unlicensed = unlicensedText(licensed);
  return [
    `Application: ${counted(sources.length - fileCount, 'source file')}, ${counted(packages.length, 'package')}, ${prettyBytes(sizeBytes)}`,
    ...nativeNotes(carried),
    ...(whole.length > 0 ? [`Carried whole, for what they load or read at run time: ${namesText(whole, built)}`] : []),
    ...(unused.length > 0 ? [`Carried whole, since no source names them: ${namesText(unused, built)}`] : []),
    ...(fileCount > 0 ? [`Files: ${fileCount}${filesText(definition.files)}`] : []),
    ...(unlicensed === '' ? [] : [`Without a text of their licence: ${unlicensed}`]),
    ...(absent.length > 0 ? [`Not installed, an error once it is asked for: ${absent.join(', ')}`] : []),
    ...readingNotes(built),
    ...capped(
      ownFiles.absent.map(({ file, line, text }) => `Names what is not there, ${file}:${line}: ${text.trim()}`),
    ),
    ...(trial === undefined ? [] : trialNotes(trial)),
  ];
}

/** The packages that the project names itself, and how many these need. */
function namesText(packages: readonly CarriedPackage[], { project: { manifest } }: BuiltExecutable): string {
  const names = [...new Set(packages.map(({ of }) => of.name))];
  const own = names.filter((name) => manifest.dependencies?.[name] !== undefined);
  const others = names.length - own.length;
  if (own.length === 0) return names.join(', ');
  return `${own.join(', ')}${others > 0 ? `, and ${others} more that they need` : ''}`;
}

/** What is declared stands for the text in the list of licences. */
function unlicensedText(packages: readonly LicensedPackage[]): string {
  const without = packages.filter(({ texts }) => texts.length === 0);
  const names = [
    ...new Set(without.map(({ name, version, license }) => `${name} ${version} (${license ?? 'none declared'})`)),
  ];
  const others = names.length - most;
  return others > 0 ? `${names.slice(0, most).join(', ')}, and ${others} more` : names.join(', ');
}

function filesText(patterns: readonly string[]): string {
  return patterns.length === 0 ? '' : ` (${patterns.join(', ')})`;
}

/** Nothing for what a package says itself that it does without. */
function missingText(name: string, by: ReadonlySet<string>): string[] {
  const asking = [...by].filter((file) => {
    const { peerDependenciesMeta, optionalDependencies, devDependencies } = packageOfFile(file)?.manifest ?? {};
    const of = nameIn(name);
    const isOptional = peerDependenciesMeta?.[of]?.optional === true || optionalDependencies?.[of] !== undefined;
    return !isOptional && (packageOfFile(file) === undefined || devDependencies?.[of] === undefined);
  });
  return asking.length === 0 ? [] : [`${name} (${asking.map((file) => importerName(file)).join(', ')})`];
}

/** Of a package its name, of the project the file. */
function importerName(file: string): string {
  return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? file.split('/').at(-1) ?? file;
}

/** What is read relative to the working directory, and is not in the executable. */
function readingNotes({ carried, definition, project }: BuiltExecutable): string[] {
  const { named: files } = carried;
  const lines = carried.ownFiles.relative.filter(({ path }) =>
    path === undefined ? files.length === 0 : !areIn(path, files, project),
  );
  const patterns = filesIn(project, reachableSources(project.entry)).filter(
    (pattern) => !areIn(pattern.replace(/\/\*\*$/, ''), files, project),
  );
  const wanted = [...definition.files, ...patterns].map((pattern) => `'${pattern}'`);
  return [
    ...capped(lines.map(({ file, line, text }) => `Reads in the working directory, ${file}:${line}: ${text.trim()}`)),
    ...(patterns.length > 0
      ? [`  The executable has what is there now if the definition says files: [${wanted.join(', ')}]`]
      : []),
  ];
}

const most = 8;

function capped(lines: readonly string[]): string[] {
  return lines.length <= most ? [...lines] : [...lines.slice(0, most), `  and ${lines.length - most} more such lines`];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
