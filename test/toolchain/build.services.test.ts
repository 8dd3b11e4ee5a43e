import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { buildExecutable, type WriteRequest } from '../../src/toolchain/build.ts';
import { cloneRequest } from '../../src/toolchain/clone.ts';
import { runProgram } from '../support/programs/program.ts';

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'selfsame-build-')));
  await write({ 'package.json': '{ "name": "shop", "version": "1.0.0", "type": "module" }' });
});
afterEach(async () => rm(folder, { recursive: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

const built = async (text: string, options: Partial<WriteRequest> = {}) => {
  await write({ 'src/app.ts': `import { selfsame } from 'selfsame';\n${text}` });
  return buildExecutable({ ...cloneRequest(), entry: join(folder, 'src/app.ts'), trialMs: 8_000, ...options });
};

const adopting = "void selfsame({ name: 'shop', address: () => ':8080', main: () => import('./main.ts') });";
const idle = "void selfsame({ name: 'shop', main: () => undefined });";
const server = `import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
const answer = (text) => createServer((_request, response) => response.end(text)).listen(Number(process.env.PORT));\n`;

describe('buildExecutable()', () => {
  it('tries what it built without sight of the project, and leaves the executable alone', async () => {
    await write({
      'src/main.ts': `${server}answer(existsSync('../src') ? 'seen' : 'alone');`.replace('readFileSync', 'existsSync'),
    });
    const { trial, output } = await built(adopting);
    expect(trial).toMatchObject({ kind: 'answers', status: 200, isHidden: true });
    expect(output).toBe(join(folder, 'dist/app'));
    expect(await readdir(join(folder, 'dist'))).toEqual(['app']);
  });

  it('never loads the application itself, but for the trial', async () => {
    const mark = join(folder, 'loaded');
    await write({
      'src/main.ts': `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(mark)}, '');`,
    });
    const { output } = await built(adopting, { trialMs: undefined });
    for (const words of [
      ['--help'],
      ['--version-hash'],
      ['--kubernetes', '--replicas', 'x'],
      ['self', 'status', '-x'],
    ]) {
      await runProgram(output, words);
    }
    expect(existsSync(mark)).toBe(false);
    await runProgram(output, []);
    expect(existsSync(mark)).toBe(true);
  });

  it('carries what the definition names, and reads it in any folder', async () => {
    await write({ 'public/a.txt': 'carried', 'src/main.ts': `${server}answer(readFileSync('public/a.txt', 'utf8'));` });
    const definition = adopting.replace("name: 'shop',", "name: 'shop', files: ['public/**'],");
    expect((await built(definition)).trial).toMatchObject({ kind: 'answers', status: 200 });
  });

  it('refuses what misses a part of itself, and keeps the file that was there', async () => {
    await write({
      'public/a.txt': 'there',
      'src/main.ts': `${server}answer(readFileSync(new URL(['..', 'public', 'a.txt'].join('/'), import.meta.url), 'utf8'));`,
      'dist/app': 'before',
    });
    await expect(built(adopting)).rejects.toMatchObject({
      code: 'trial-failed',
      message: expect.stringMatching(/^Cannot build .*src\/app\.ts: it does not start without the project: .*a\.txt/),
    });
    expect(await readFile(join(folder, 'dist/app'), 'utf8')).toBe('before');
    expect(await readdir(join(folder, 'dist'))).toEqual(['app']);
  });

  it('builds what fails for want of its environment, and says how it ended', async () => {
    await write({ 'src/main.ts': "if (process.env.TOKEN === undefined) throw new Error('TOKEN is not set');" });
    expect((await built(adopting)).trial).toMatchObject({
      kind: 'ended',
      status: 1,
      stderr: expect.stringContaining('TOKEN is not set'),
    });
  });

  it('tells a worker, a program that ends, and one that never serves', async () => {
    const worker = "void selfsame({ name: 'shop', main: () => import('./main.ts') });";
    await write({ 'src/main.ts': 'setInterval(() => undefined, 1000);' });
    expect((await built(worker)).trial).toMatchObject({ kind: 'works' });
    expect((await built(adopting, { trialMs: 1_000 })).trial).toMatchObject({ kind: 'silent' });
    await write({ 'src/main.ts': 'console.log(1);' });
    expect((await built(worker)).trial).toMatchObject({ kind: 'ended', status: 0 });
  });

  it.each([
    ['console.log(selfsame.name);', /it never calls selfsame\(\)/],
    [
      `setInterval(() => undefined, 1000); await new Promise(() => undefined);\n${idle}`,
      /does not come to selfsame\(\) within 1\.5 s/,
    ],
    [`throw new TypeError('not today');\n${idle}`, /: TypeError: not today, at src\/app\.ts:2:7$/],
    ["void selfsame({ name: 'Shop', main: () => undefined });", /: Cannot use "Shop" as a name/],
    ["void selfsame({ name: 'shop', files: ['none/**'], main: () => undefined });", /^Cannot carry "none\/\*\*"/],
    ["import './gone.ts';", /^Cannot bundle src\/app\.ts:2:8: Could not resolve "\.\/gone\.ts"/],
  ])('refuses %j', async (text, message) => {
    await expect(built(text, { checkMs: 1_500 })).rejects.toMatchObject({
      code: 'bad-usage',
      message: expect.stringMatching(message),
    });
    expect(existsSync(join(folder, 'dist')) ? await readdir(join(folder, 'dist')) : []).toEqual([]);
  });

  it('makes a program whose help does not wait for ever', async () => {
    const waiting = `setInterval(() => undefined, 1000); if (process.env.WAITS) await new Promise(() => undefined);\n${idle}`;
    await write({ 'src/main.ts': '' });
    const { output } = await built(waiting, { trialMs: undefined });
    const ended = await runProgram(output, ['--help'], { env: { WAITS: '1' } });
    expect(ended).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('does not come to selfsame() within 10 s'),
    });
  });
});
