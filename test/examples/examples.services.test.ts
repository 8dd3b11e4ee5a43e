import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from '../../src/toolchain/bundle.ts';
import { hidden } from '../applications/hidden.ts';
import { freePort, startSample, type RunningSample } from '../applications/running.ts';
import { forFile } from '../support/run/for-file.ts';
import { answerOf, builtExamples, examples, examplesFolder, expected, type BuiltExample } from './examples.ts';

const built = forFile(builtExamples, {
  close: async (made) => made[Symbol.asyncDispose](),
  timeoutMs: 300_000,
});

const names = examples.map(({ folder }) => folder);

function builtOf(folder: string): BuiltExample {
  const found = built().examples.find((example) => example.folder === folder);
  if (found === undefined) throw new Error(`There is no example ${folder}`);
  return found;
}

describe('examples/', () => {
  it('has these examples, and its index names each', () => {
    const folders = readdirSync(examplesFolder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name)).toEqual(names.toSorted());
    const index = readFileSync(join(examplesFolder, 'README.md'), 'utf8');
    for (const name of names) expect(index).toContain(`[${name}](${name}/)`);
  });

  it.each(names)('%s is short, and asks for exact versions', (name) => {
    const project = join(examplesFolder, name);
    const sources = globSync('{src,app}/**/*.{ts,tsx}', { cwd: project });
    const lines = sources.flatMap((file) => readFileSync(join(project, file), 'utf8').split('\n'));
    expect(lines.filter((line) => line.trim() !== '').length).toBeLessThanOrEqual(60);

    const { dependencies, devDependencies } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
      dependencies?: Record<string, string>;
      devDependencies: Record<string, string>;
    };
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(devDependencies['selfsame']).toBe(version);
    for (const each of Object.values({ ...dependencies, ...devDependencies })) expect(each).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it.each(names)('%s has a README with the commands that build and deploy it', (name) => {
    const readme = readFileSync(join(examplesFolder, name, 'README.md'), 'utf8');
    const words = ['npm install', 'npx selfsame build', `./dist/${builtOf(name).name} --kubernetes`];
    for (const command of words) expect(readme).toContain(`    ${command}\n`);
  });

  it.each(names)('%s has types that fit', (name) => {
    const words = [join(root, 'node_modules/typescript/bin/tsc'), '--noEmit', '--project', builtOf(name).project];
    const { status, stdout } = spawnSync(process.execPath, words, { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  });
});

describe('the executable of an example, out of sight of its project,', () => {
  it.each(examples.filter(({ asks }) => asks.length > 0))(
    'answers: $folder',
    async ({ folder, asks, endStatus = 0 }) => {
      await running(folder, async (program, port) => {
        await program.until(port);
        for (const question of asks) {
          const answer = await answerOf(`http://127.0.0.1:${port}`, question);
          expect(answer).toEqual(expected(question));
        }
        expect(await program.stop()).toBe(endStatus);
      });
    },
  );

  it('finishes what it has begun when it is told to end: worker', async () => {
    await running('worker', async (program) => {
      await program.until(/sent "Order 2 /);
      expect(await program.stop()).toBe(0);
      const [, sent] = /asked to end, (\d+) sent, nothing left half done/.exec(program.output()) ?? [];
      expect(program.output().match(/^sent /gm)).toHaveLength(Number(sent));
    });
  });
});

/** Runs an example in an empty folder. */
async function running(folder: string, use: (program: RunningSample, port: number) => Promise<void>): Promise<void> {
  const { executable, project } = builtOf(folder);
  const port = await freePort();
  const cwd = mkdtempSync(join(tmpdir(), 'selfsame-example-'));
  const env = { PATH: process.env['PATH'] ?? '', HOME: cwd, TMPDIR: cwd, SELFSAME_PORT: `${port}` };
  const program = startSample({ words: hidden([executable], project), cwd, env });
  try {
    await use(program, port);
    expect(readdirSync(cwd)).toEqual([]);
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${program.output().slice(-2000)}`, { cause: error });
  } finally {
    program.sweep();
    rmSync(cwd, { recursive: true });
  }
}
