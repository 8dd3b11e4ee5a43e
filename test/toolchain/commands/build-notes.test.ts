import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BuiltExecutable } from '../../../src/toolchain/build.ts';
import { sourceHalves } from '../../../src/toolchain/bundle.ts';
import { carry } from '../../../src/toolchain/carry/carry.ts';
import { findProject } from '../../../src/toolchain/installed/project.ts';
import { buildNotes } from '../../../src/toolchain/commands/build-notes.ts';
import { trialNotes } from '../../../src/toolchain/commands/trial-notes.ts';
import type { TrialOutcome } from '../../../src/toolchain/trial.ts';
import type { ScratchFolder } from '../../support/executable/scratch.ts';
import { projectOf } from '../../support/programs/project.ts';

/** What of a program's header says for which machine it is. https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html */
function nativeCode(machine: number): Buffer {
  const header = Buffer.alloc(64);
  header.write('\x7fELF\x02\x01\x01', 'latin1');
  header.writeUInt16LE(machine, 18);
  return header;
}

/** Native code of packages, by its place. */
const natives = {
  'node_modules/both/prebuilds/linux-x64/own.node': nativeCode(62),
  'node_modules/both/prebuilds/linux-arm64/own.node': nativeCode(183),
  'node_modules/half/prebuilds/linux-x64/own.node': nativeCode(62),
};

function nativePackage(name: string) {
  const folder = `node_modules/${name}`;
  return {
    [`${folder}/package.json`]: { name, version: '1.2.3' },
    [`${folder}/index.js`]: 'module.exports = __dirname;\n',
  };
}

const files = {
  'package.json': { name: 'shop', dependencies: { both: '*', half: '*', debug: '*', unused: '*' } },
  'server.js': `require('both'); require('half'); require('debug');
const express = { static: (path) => path, set: (...words) => words };
express.static('public');
express.set('view engine', 'ejs');
require('fs').readFileSync('data/one.json');
require('path').join(__dirname, 'gone.txt');
try { require('by-hand'); } catch {}
`,
  'public/a.css': '',
  'views/a.ejs': '',
  'data/one.json': '1',
  ...nativePackage('both'),
  ...nativePackage('half'),
  'node_modules/debug/package.json': {
    name: 'debug',
    version: '1.0.0',
    license: 'MIT',
    devDependencies: { tool: '*' },
    peerDependencies: { colour: '*' },
    peerDependenciesMeta: { colour: { optional: true } },
  },
  'node_modules/debug/index.js':
    "for (const name of ['x']) try { require('colour'); require('tool'); require('lost'); } catch {}\n",
  'node_modules/unused/package.json': { name: 'unused', version: '1.0.0' },
  'node_modules/unused/index.js': '',
  'node_modules/unused/LICENSE.md': 'terms',
};

let folder: ScratchFolder;
beforeAll(async () => {
  folder = await projectOf(files);
  for (const [path, code] of Object.entries(natives)) {
    await mkdir(dirname(join(folder.path, path)), { recursive: true });
    await writeFile(join(folder.path, path), code);
  }
});
afterAll(async () => folder[Symbol.asyncDispose]());

async function notes(named: readonly string[] = []): Promise<string[]> {
  const project = await findProject(join(await realpath(folder.path), 'server.js'));
  const options = { halves: sourceHalves(), files: named, external: [], report: () => undefined };
  const carried = await carry({ project, ...options });
  const definition = { name: 'shop', files: named, external: [], serves: true };
  return buildNotes({ carried, definition, project, trial: undefined } as unknown as BuiltExecutable);
}

describe('buildNotes()', () => {
  it('says in a few lines what is carried, what is not installed, and what is read elsewhere', async () => {
    expect(await notes()).toEqual([
      expect.stringMatching(/^Application: 1 source file, 4 packages, \d.*B$/),
      'Native code for linux-arm64 and linux-x64: both 1.2.3',
      'Native code for linux-x64 alone, an error elsewhere: half 1.2.3',
      'Carried whole, for what they load or read at run time: both, half',
      'Carried whole, since no source names them: unused',
      'Without a text of their licence: both 1.2.3 (none declared), debug 1.0.0 (MIT), half 1.2.3 (none declared)',
      'Not installed, an error once it is asked for: by-hand (server.js), lost (debug)',
      "Reads in the working directory, server.js:3: express.static('public');",
      "Reads in the working directory, server.js:5: require('fs').readFileSync('data/one.json');",
      "  The executable has what is there now if the definition says files: ['data/one.json', 'public/**', 'views/**']",
      "Names what is not there, server.js:6: require('path').join(__dirname, 'gone.txt');",
    ]);
  });

  it('says of files what the definition does not name yet', async () => {
    const said = await notes(['public/**', 'data']);
    expect(said).toContain('Files: 2 (public/**, data)');
    expect(said).toContain(
      "  The executable has what is there now if the definition says files: ['public/**', 'data', 'views/**']",
    );
    expect(said.join('\n')).not.toContain('Reads in the working directory');
    expect((await notes(['public', 'data', 'views'])).join('\n')).not.toContain('if the definition says');
  });
});

describe('trialNotes()', () => {
  it.each<[trial: TrialOutcome, note: string]>([
    [
      { kind: 'answers', url: '', status: 200, isHidden: true, ms: 90 },
      'Tried without sight of the project: answers 200 at / after 90 ms',
    ],
    [{ kind: 'works', isHidden: false, ms: 90 }, 'Tried in an empty folder: works'],
    [
      { kind: 'ended', status: 0, stderr: '', isHidden: true, ms: 90 },
      'Tried without sight of the project: ended by itself after 90 ms',
    ],
    [
      { kind: 'ended', status: 1, stderr: 'No DATABASE_URL\n', isHidden: false, ms: 90 },
      'Tried in an empty folder: ended with 1. That is right if it needs settings or services that are not here:\n  No DATABASE_URL',
    ],
    [
      { kind: 'silent', stderr: 'waiting\n', isHidden: true, ms: 10_013 },
      'Tried without sight of the project: neither listened nor ended within 10 s. That is right if it waits for a service that is not here; --trial-timeout gives it longer\n  waiting',
    ],
  ])('tells of the trial %j', (trial, note) => {
    expect(trialNotes(trial).join('\n')).toBe(note);
  });
});
