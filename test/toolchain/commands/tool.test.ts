import { describe, expect, it } from '@jest/globals';
import { tool } from '../../../src/toolchain/commands/tool.ts';
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
    say: (...lines) => void said.push(...lines),
    showPatch: (patch) => void said.push(patch),
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
    [['biuld'], /^Did you mean build\? Run npx selfsame --help/],
    [['deploy'], /^Executables deploy themselves: npx selfsame build, and then .* --kubernetes/],
    [['start'], /^Build first: npx selfsame build/],
    [['build', '--foo'], /^Run npx selfsame build --help/],
    [['build'], /^Make one with: npx selfsame init/],
  ])('says what to type instead of %j', async (words, hint) => {
    await expect(run(words, { 'package.json': {} })).rejects.toMatchObject({ hint: expect.stringMatching(hint) });
  });

  it('sends from the root of a workspace to its packages', async () => {
    const files = { 'package.json': { workspaces: ['packages/*'] } };
    const hint = expect.stringContaining('Go to the package of the workspace');
    await expect(run(['build'], files)).rejects.toMatchObject({ hint });
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
