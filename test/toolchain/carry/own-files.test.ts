import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findOwnFiles, namedFiles } from '../../../src/toolchain/carry/own-files.ts';
import type { Project } from '../../../src/toolchain/installed/project.ts';

let project: Project;
beforeEach(async () => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'selfsame-own-')));
  project = { entry: join(folder, 'src/app.ts'), folder, base: folder, manifest: {} };
  const files = [
    'views/a.ejs',
    'views/.hidden',
    'views/sub/b.ejs',
    'public/c.css',
    'src/worker.ts',
    'src/d.txt',
    '.env',
  ];
  for (const file of files) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), '');
  }
});
afterEach(async () => rm(project.folder, { recursive: true }));

const inside = (paths: Iterable<string>) => [...paths].map((path) => relative(project.folder, path)).toSorted();
const found = (text: string) => findOwnFiles(new Map([[project.entry, text]]), project);

describe('findOwnFiles()', () => {
  it.each([
    ["join(__dirname, '../views')", ['views/a.ejs', 'views/sub/b.ejs']],
    ["path.resolve(import.meta.dirname, '..', 'public')", ['public/c.css']],
    ["__dirname + '/d.txt'", ['src/d.txt']],
    ["const here = import.meta.dirname; join(here, 'd.txt')", ['src/d.txt']],
    ['const $at: string = dirname(fileURLToPath(import.meta.url));\n`${$at}/d.txt`', ['src/d.txt']],
    ["const at = path.dirname(__filename);\nat + '/d.txt'", ['src/d.txt']],
    ["const at = tmpdir();\njoin(at, 'd.txt')", []],
    ['`${__dirname}/d.txt`', ['src/d.txt']],
    ["new URL('./d.txt', import.meta.url)", ['src/d.txt']],
    ["join(__dirname, '../.env')", []],
    ["join(__dirname, '..')", []],
    ["join(__dirname, '../../elsewhere')", []],
  ])('of %s finds %j', (text, files) => expect(inside(found(text).files)).toEqual(files));

  it('finds modules that are started by their place, by their compiled names, too', () => {
    for (const name of ['worker.ts', 'worker.js']) {
      const text = `new Worker(new URL('./${name}', import.meta.url))`;
      expect(inside(found(text).modules)).toEqual(['src/worker.ts']);
    }
  });

  it('tells by line what is read relative to the working directory, and what is not there', () => {
    const { relative: read, absent } = found("\napp.use(express.static('public'));\njoin(__dirname, 'gone');\n");
    expect(read).toEqual([{ file: 'src/app.ts', line: 2, text: "app.use(express.static('public'));", path: 'public' }]);
    expect(absent).toEqual([{ file: 'src/app.ts', line: 3, text: "join(__dirname, 'gone');" }]);
  });
});

describe('namedFiles()', () => {
  it('takes patterns and folders, relative to the project', () => {
    expect(inside(namedFiles(['views', 'public/**'], project))).toEqual([
      'public/c.css',
      'views/.hidden',
      'views/a.ejs',
      'views/sub/b.ejs',
    ]);
  });

  it.each(['nothing/**', '../*'])('refuses %s', (pattern) => {
    expect(() => namedFiles([pattern], project)).toThrow(/^Cannot carry ".+": /);
  });
});
