import type { BuiltExecutable } from '../build.ts';

/** What the one who builds should know of an executable, one line each. */
export function buildNotes({ carried, definition, project, trial }: BuiltExecutable): string[] {
  const { packages, platform, ownFiles, missing } = carried;
  const names = [...new Set([...packages, ...platform].map(({ of }) => of.name))];
  const absent = [...missing].map(
    ([name, files]) => `${name} (${[...files].map((file) => importerName(file)).join(', ')})`,
  );
  const relative = definition.files.length === 0 ? ownFiles.relative : [];
  return [
    ...(names.length > 0 ? [`Carried beside the bundle: ${carriedText(names, project)}`] : []),
    ...(absent.length > 0 ? [`Not installed, an error once it is asked for: ${absent.join(', ')}`] : []),
    ...relative.map(({ file, line, text }) => `Reads in the working directory, ${file}:${line}: ${text.trim()}`),
    ...(relative.length > 0
      ? [`  The executable has those files if the definition names them: files: ['public/**']`]
      : []),
    ...ownFiles.absent.map(({ file, line, text }) => `Names what is not there, ${file}:${line}: ${text.trim()}`),
    ...(trial === undefined ? [] : trialNotes(trial)),
  ];
}

/** The packages that the project names itself, and how many these need. */
function carriedText(names: readonly string[], { manifest }: BuiltExecutable['project']): string {
  const own = names.filter((name) => manifest.dependencies?.[name] !== undefined);
  const others = names.length - own.length;
  if (own.length === 0) return names.join(', ');
  return `${own.join(', ')}${others > 0 ? `, and ${others} more that they need` : ''}`;
}

/** Of a package its name, of the project the file. */
function importerName(file: string): string {
  return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? file.split('/').at(-1) ?? file;
}

function trialNotes(trial: NonNullable<BuiltExecutable['trial']>): string[] {
  const where = trial.isHidden ? 'without sight of the project' : 'in an empty folder';
  switch (trial.kind) {
    case 'answers':
      return [`Tried ${where}: answers ${trial.status} at / after ${trial.ms} ms`];
    case 'works':
      return [`Tried ${where}: works`];
    case 'ended':
      if (trial.status === 0) return [`Tried ${where}: ended by itself after ${trial.ms} ms`];
      return [
        `Tried ${where}: ended with ${trial.status}. That is right if it needs settings or services that are not here:`,
        ...trial.stderr
          .trimEnd()
          .split('\n')
          .slice(-12)
          .map((line) => `  ${line}`),
      ];
    default:
      return [`Tried ${where}: neither served nor ended within ${trial.ms} ms`];
  }
}
