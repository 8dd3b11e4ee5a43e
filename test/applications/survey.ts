// Popular packages, each used by a few lines: what works from source has to work in an executable.
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const folder = join(import.meta.dirname, 'survey');

/** A program of the survey, named for the package that it is about. */
export interface Surveyed {
  readonly name: string;
  readonly file: string;
}

export const surveyed: readonly Surveyed[] = globSync('*/*.ts', { cwd: folder })
  .toSorted()
  .map((file) => ({ name: basename(file, '.ts'), file: join(folder, file) }));

/** Writes the project of a program. Its first line names its packages, with their versions. */
export function surveyProject({ name, file }: Surveyed): { readonly path: string } & Disposable {
  const [first = ''] = readFileSync(file, 'utf8').split('\n');
  const packages = first.replace('//', '').trim().split(' ');
  const dependencies = Object.fromEntries(
    packages.map((each) => [each.replace(/@[^@]*$/, ''), each.replace(/.*@/, '')]),
  );
  const path = mkdtempSync(join(tmpdir(), 'selfsame-survey-'));
  mkdirSync(join(path, 'src'));
  writeFileSync(join(path, 'package.json'), JSON.stringify({ name, version: '1.0.0', type: 'module', dependencies }));
  cpSync(file, join(path, 'src/main.ts'));
  cpSync(join(folder, 'ask.ts'), join(path, 'src/ask.ts'));
  const definition = readFileSync(join(folder, 'selfsame.ts'), 'utf8').replace('surveyed', name.replaceAll('.', '-'));
  writeFileSync(join(path, 'src/selfsame.ts'), definition);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
