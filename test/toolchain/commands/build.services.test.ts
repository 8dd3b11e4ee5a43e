import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { packPackage } from '../../../scripts/package/pack.ts';
import type { ScratchFolder } from '../../support/executable/scratch.ts';
import { inProject, installInProject, plainEnvironment, projectOf } from '../../support/programs/project.ts';

const definition = (main: string): string =>
  `const { selfsame } = require('selfsame');\nvoid selfsame({ name: 'shop', main: () => import('${main}') });\n`;

let project: ScratchFolder;
let temporary: string;
const bin = 'node_modules/selfsame/bin/selfsame.js';
const words = (...more: string[]): string[] => ['node', bin, 'build', ...more, '--runtime-source', process.execPath];

beforeAll(async () => {
  project = await projectOf({
    'package.json': { name: 'shop', private: true },
    'selfsame.js': definition('./main.js'),
    'main.js': "console.error('tried');\n",
    // Leaves a mark where it is started with what only a build from here has.
    'server.js': "require('fs').writeFileSync(`${process.env.MARKED}/ran`, ''); setInterval(() => {}, 1000);\n",
    'marked.js': definition('./server.js'),
    'waits.js': definition('./waiting.js').replace('main:', "address: () => ':0', main:"),
    'waiting.js': 'setInterval(() => {}, 1000);\n',
    'throws.js': `${definition('./main.js')}throw new TypeError('not today');\n`,
  });
  const { tarball } = await packPackage(join(project.path, 'packed'));
  await installInProject(['npm', 'install', '-D', tarball], { cwd: project.path });
  temporary = join(project.path, 'tmp');
  await mkdir(temporary);
}, 120_000);

afterAll(async () => project[Symbol.asyncDispose]());

const build = async (more: readonly string[], status: number) =>
  inProject(words(...more), { cwd: project.path, env: { MARKED: project.path, TMPDIR: temporary }, status });

/** What a build has left: temporary folders, and a folder for what it did not write. */
async function leftBehind(): Promise<string[]> {
  const names = [...(await readdir(project.path)), ...(await readdir(temporary))];
  return names.filter((name) => name.startsWith('.selfsame') || name.startsWith('selfsame-') || name === 'dist');
}

/** Waits for what a build makes on its way, and removes in the end. */
async function untilThere(start: string): Promise<void> {
  while (!(await leftBehind()).some((name) => name.startsWith(start))) await wait(20);
}

describe('selfsame build', () => {
  it('runs nothing of a file that never calls selfsame()', async () => {
    const { stderr } = await build(['server.js'], 2);
    expect(stderr).toBe(
      'error: Cannot build server.js: it never calls selfsame(). Build the file that does, or have one made by npx selfsame init.\n',
    );
    expect(existsSync(join(project.path, 'ran'))).toBe(false);
    expect(await leftBehind()).toEqual([]);
  });

  it('runs the application in the trial alone, and there without its environment', async () => {
    const { stderr } = await build(['marked.js', '-o', 'marked'], 0);
    expect(stderr).toContain("open 'undefined/ran'");
    expect(existsSync(join(project.path, 'ran'))).toBe(false);
    await build(['marked.js', '-o', 'marked', '--no-trial'], 0);
    expect(existsSync(join(project.path, 'ran'))).toBe(false);
  });

  it('tells in one line of a definition that throws', async () => {
    const { stderr } = await build(['throws.js'], 2);
    expect(stderr).toBe(
      'error: Cannot build throws.js: TypeError: not today, at throws.js:3:7. Correct it, and build again.\n',
    );
    expect(await leftBehind()).toEqual([]);
  });

  it.each([
    ['node_modules', 'it is a folder'],
    ['package.json/shop', 'a part of its path is a file'],
  ])('refuses to write to %s before it builds', async (output, reason) => {
    const { stderr } = await build(['-o', output], 3);
    expect(stderr).toMatch(/^error: Cannot write "[^\n]*\n$/);
    expect(stderr).toContain(reason);
    expect(stderr).not.toContain('Tried');
  });

  it.each([
    // It may not listen yet: then the signal itself ends it.
    ['as it starts', async () => wait(300), [130, 'SIGINT']],
    ['when it has begun', async () => untilThere(''), [130]],
    ['in the trial', async () => untilThere('selfsame-trial-'), [130]],
  ] as const)('leaves nothing behind when Ctrl-C comes %s', async (_, moment, endings) => {
    const [file = '', ...rest] = words('waits.js', '--trial-timeout', '60');
    const child = spawn(file, rest, {
      cwd: project.path,
      env: { ...plainEnvironment(), TMPDIR: temporary },
      stdio: 'ignore',
      detached: true,
    });
    const ended = once(child, 'exit');
    await moment();
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
    await ended;
    expect(endings).toContain(child.exitCode ?? child.signalCode);
    expect(await leftBehind()).toEqual([]);
  });
});
