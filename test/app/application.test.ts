import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { checkApplication, type Application } from '../../src/app/application.ts';
import { ourFlagNames } from '../../src/shared/flags.ts';
import { runProgram } from '../support/programs/program.ts';

const root = join(import.meta.dirname, '../..');

describe('checkApplication()', () => {
  it.each(['a', 'hello-world', 'a1', 'x'.repeat(63)])('takes the name %j', (name) => {
    expect(() => checkApplication(application({ name }))).not.toThrow();
  });

  it.each(['', 'Hello', 'hello_world', '-a', 'a-', '1a', 'a.b', 'hello world', 'x'.repeat(64)])(
    'refuses the name %j',
    (name) => {
      expect(() => checkApplication(application({ name }))).toThrow(
        expect.objectContaining({ code: 'bad-name', message: `Cannot use "${name}" as a name` }),
      );
    },
  );

  it.each([...ourFlagNames])("refuses an option of the name of selfsame's flag --%s", (option) => {
    const described = { [option]: { type: 'string', describe: 'Mine' } } as const;
    expect(() => checkApplication(application({ options: described }))).toThrow(
      expect.objectContaining({ code: 'bad-usage', hint: `Rename it: --${option} is one of selfsame's own flags.` }),
    );
  });

  it.each(['no-cache', 'camelCase', 'with_underscore', '-dash', '1st', ''])('refuses the option %j', (option) => {
    const described = { [option]: { type: 'boolean', describe: 'Mine' } } as const;
    expect(() => checkApplication(application({ options: described }))).toThrow(
      expect.objectContaining({ code: 'bad-usage', message: `Cannot give hello-world an option "${option}"` }),
    );
  });

  it.each([-1, Number.NaN, 86_401, Infinity])('refuses to drain for %d seconds', (drain) => {
    expect(() => checkApplication(application({ drain }))).toThrow(
      expect.objectContaining({ code: 'bad-usage', message: `Cannot let hello-world drain for ${drain} seconds` }),
    );
  });
});

describe('checkApplication(), of main and run,', () => {
  it.each([
    [{ name: 'hello-world' }, 'neither main nor run'],
    [{ name: 'hello-world', main: () => undefined, async run() {} }, 'both main and run'],
  ])('refuses %j', (app, what) => {
    expect(() => checkApplication(app)).toThrow(
      expect.objectContaining({
        code: 'bad-usage',
        message: `Cannot run hello-world: it defines ${what}`,
        hint: "Define main: () => import('./main.ts') if it listens by itself, or run if it calls serve.",
      }),
    );
  });

  it('takes one of them', () => {
    expect(() => checkApplication({ name: 'hello-world', main: () => undefined })).not.toThrow();
    expect(() => checkApplication({ name: 'hello-world', async run() {} })).not.toThrow();
  });
});

describe('npm run build', () => {
  it.each([
    ["name: 'hello', options: { replicas: { type: 'number', describe: 'Mine' } }", 'an option "replicas"'],
    ["name: 'Hello World'", 'Cannot use "Hello World" as a name'],
  ])('refuses an application with %s, and writes nothing', async (definition, reason) => {
    await using entry = await source(`import { selfsame } from '${join(root, 'src/index.ts')}';
void selfsame({ ${definition}, async run() {} });`);
    const ended = await runProgram(process.execPath, [join(root, 'scripts/build.ts'), entry.path]);
    expect(ended).toMatchObject({ status: 2, stdout: '' });
    expect(ended.stderr).toMatch(/^error: Cannot build .*\n$/);
    expect(ended.stderr).toContain(reason);
  });
});

function application(parts: Partial<Application>): Application {
  return { name: 'hello-world', async run() {}, ...parts };
}

/** A main file in a folder of its own; the path is relative to the root, as npm run build takes it. */
async function source(text: string) {
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-test-'));
  const file = join(folder, 'main.ts');
  await writeFile(file, text);
  return {
    path: relative(root, file),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
