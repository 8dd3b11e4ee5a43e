import { describe, expect, it } from '@jest/globals';
import { buildNotes } from '../../../src/toolchain/commands/build-notes.ts';
import { tool } from '../../../src/toolchain/commands/tool.ts';
import type { BuiltExecutable } from '../../../src/toolchain/build.ts';
import type { TrialOutcome } from '../../../src/toolchain/trial.ts';
import { projectOf, type ProjectFiles } from '../../support/programs/project.ts';

async function run(words: readonly string[], files: ProjectFiles = {}) {
  await using folder = await projectOf(files);
  const [printed, said]: [string[], string[]] = [[], []];
  const status = await tool(words, {
    cwd: folder.path,
    version: '1.2.3',
    halves: () => {
      throw new Error('No build is started here');
    },
    signal: new AbortController().signal,
    report: () => {},
    print: (line) => printed.push(line),
    say: (line) => said.push(line),
    confirm: undefined,
  });
  return { status, printed, said };
}

describe('tool()', () => {
  it('prints its version, and its help where that is asked for', async () => {
    expect(await run(['--version'])).toEqual({ status: 0, printed: ['1.2.3'], said: [] });
    const { printed } = await run(['--help']);
    expect(printed[0]).toContain('  build     Builds the application into one executable file, and tries it\n');
    expect((await run(['help', 'build'])).printed[0]).toContain('-o, --output FILE');
    expect((await run(['build', 'x.ts', '-h'])).printed).toEqual((await run(['help', 'build'])).printed);
  });

  it('asks for a command where there is none', async () => {
    expect(await run([])).toMatchObject({ status: 2, printed: [] });
  });

  it.each([
    [['biuld'], 'Unknown command "biuld"'],
    [['build', '--targt', 'x'], 'Unknown option "--targt"'],
    [['build', '--', 'x'], 'Cannot use "x" behind --'],
    [['build', 'a.ts', 'b.ts'], 'Cannot use "b.ts" as one more word'],
    [['build', '--trial-timeout', '0'], 'Cannot read --trial-timeout "0" as seconds'],
    [['build', 'gone.ts'], 'Cannot find gone.ts'],
    [['dev'], 'Cannot find a file that calls selfsame()'],
    [['release'], 'Cannot find a file that calls selfsame()'],
    [['runtimes', 'linux-mips'], 'Cannot build for "linux-mips"'],
  ])('refuses %j', async (words, message) => {
    await expect(run(words, { 'package.json': {} })).rejects.toMatchObject({ name: 'DeployError', message });
  });
});

describe('buildNotes()', () => {
  const line = { file: 'src/app.ts', line: 3, text: "  app.use(express.static('public'));" };
  const built = (over: object, trial?: TrialOutcome): BuiltExecutable =>
    ({
      project: { manifest: { dependencies: { express: '5' } } },
      definition: { files: [] },
      carried: { packages: [], platform: [], missing: new Map(), ownFiles: { relative: [], absent: [] }, ...over },
      trial,
    }) as unknown as BuiltExecutable;

  it('says what lies beside the bundle, what is missing, and what is read elsewhere', () => {
    const packages = ['express', 'qs', 'send'].map((name) => ({ of: { name } }));
    const missing = new Map([['supports-color', new Set(['/x/node_modules/debug/src/node.js', '/x/src/main.ts'])]]);
    expect(buildNotes(built({ packages, missing, ownFiles: { relative: [line], absent: [line] } }))).toEqual([
      'Carried beside the bundle: express, and 2 more that they need',
      'Not installed, an error once it is asked for: supports-color (debug, main.ts)',
      "Reads in the working directory, src/app.ts:3: app.use(express.static('public'));",
      "  The executable has those files if the definition names them: files: ['public/**']",
      "Names what is not there, src/app.ts:3: app.use(express.static('public'));",
    ]);
  });

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
      { kind: 'silent', stderr: '', isHidden: true, ms: 10_000 },
      'Tried without sight of the project: neither served nor ended within 10000 ms',
    ],
  ])('tells of the trial %j', (trial, note) => {
    expect(buildNotes(built({}, trial)).join('\n')).toBe(note);
  });
});
