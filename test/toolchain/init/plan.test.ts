import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { tool } from '../../../src/toolchain/commands/tool.ts';
import type { ToolContext } from '../../../src/toolchain/commands/tool-command.ts';
import { patchOf, planInit } from '../../../src/toolchain/init/plan-init.ts';
import type { ScratchFolder } from '../../support/executable/scratch.ts';
import { projectOf } from '../../support/programs/project.ts';

const manifest = `{
    "name": "@acme/shop",
    "files": ["dist", "README.md"],
    "scripts": {
        "start": "node dist/server.js"
    }
}
`;

let folder: ScratchFolder;
const plan = async (isAgreed = false) => planInit({ cwd: folder.path, isAgreed, version: '1.2.3' });
const textOf = async (path: string) => readFile(join(folder.path, path), 'utf8');

beforeEach(async () => {
  folder = await projectOf({
    'package.json': manifest,
    'tsconfig.json': { compilerOptions: { module: 'nodenext' } },
    '.gitignore': 'node_modules',
    'src/server.ts': "import express from 'express';\nexpress().use(express.static('public')).listen(3000);\n",
    'public/index.html': '',
  });
  await mkdir(join(folder.path, '.git'));
});

afterEach(async () => folder[Symbol.asyncDispose]());

describe('planInit()', () => {
  it('plans a definition, a script and a line for git, and shows them as one patch', async () => {
    expect(patchOf(await plan(), folder.path)).toBe(`--- /dev/null
+++ src/selfsame.ts
@@ -0,0 +1,12 @@
+import { selfsame } from 'selfsame';
+
+void selfsame({
+  name: 'shop',
+  main: () => import('./server.js'),
+  options: {
+    http: { type: 'string', default: ':3000', describe: 'Address to serve on' },
+  },
+  address: ({ http }) => http,
+  // Read relative to the working directory.
+  files: ['public/**'],
+});
--- package.json
+++ package.json
@@ -3,5 +3,9 @@
     "files": ["dist", "README.md"],
     "scripts": {
-        "start": "node dist/server.js"
+        "start": "node dist/server.js",
+        "build:selfsame": "selfsame build src/selfsame.ts"
+    },
+    "devDependencies": {
+        "selfsame": "^1.2.3"
     }
 }
--- .gitignore
+++ .gitignore
@@ -1,1 +1,2 @@
-node_modules
\\ No newline at end of file
+node_modules
+/dist/shop
`);
  });

  it('leaves out what is there: a script of that name, a dependency, an ignored folder', async () => {
    await writeFile(join(folder.path, '.gitignore'), 'node_modules\ndist/\n');
    const own = {
      scripts: { start: 'node dist/server.js', 'build:selfsame': 'mine' },
      dependencies: { selfsame: '*' },
    };
    await writeFile(join(folder.path, 'package.json'), JSON.stringify(own));
    const { changes, notes } = await plan();
    expect(changes.map(({ path }) => path)).toEqual([join(folder.path, 'src/selfsame.ts')]);
    expect(notes.at(-1)).toBe('scripts["build:selfsame"] stays as it is: "mine"');
  });

  it('takes a definition that the user wrote, wherever it is called selfsame()', async () => {
    await writeFile(join(folder.path, 'src/own.ts'), "import { selfsame } from 'selfsame';\nvoid selfsame({});\n");
    const { changes, notes } = await plan();
    expect(notes).toEqual(['src/own.ts defines the application already']);
    expect(changes.map(({ after }) => after).join('')).toContain('selfsame build src/own.ts');
    expect(changes.map(({ after }) => after).join('')).toContain('/dist/own');
  });

  it('gives a worker no address', async () => {
    await writeFile(join(folder.path, 'src/server.ts'), 'setInterval(() => {}, 1000);\n');
    const { changes, notes } = await plan();
    expect(changes[0]?.after).toBe(`import { selfsame } from 'selfsame';

void selfsame({
  name: 'shop',
  main: () => import('./server.js'),
});
`);
    expect(notes.at(-1)).toBe('Port: none, since no server starts there; if one does, add address to the definition');
  });

  it('says what to type next in the words of the package manager', async () => {
    await writeFile(join(folder.path, 'pnpm-lock.yaml'), '');
    expect((await plan()).next.slice(0, 2)).toEqual(['pnpm install', 'pnpm run build:selfsame']);
  });

  it('finds selfsame in the workspace that the project is a part of', async () => {
    const [part, installed] = [join(folder.path, 'packages/api'), join(folder.path, 'node_modules/selfsame')];
    await mkdir(part, { recursive: true });
    await mkdir(installed, { recursive: true });
    await writeFile(join(part, 'package.json'), '{"name": "api"}\n');
    await writeFile(join(part, 'server.js'), "require('http').createServer().listen(3000);\n");
    const { next } = await planInit({ cwd: part, isAgreed: true, version: '1.2.3' });
    expect(next[0]).toBe('npm run build:selfsame');
  });

  it('refuses to write over another file of that name', async () => {
    await writeFile(join(folder.path, 'src/selfsame.ts'), 'export {};\n');
    await expect(plan()).rejects.toMatchObject({ code: 'project-refused' });
  });
});

describe('selfsame init', () => {
  const run = async (words: string[], confirm?: ToolContext['confirm']) => {
    const said: string[] = [];
    const context: ToolContext = {
      cwd: folder.path,
      version: '1.2.3',
      halves: () => {
        throw new Error('init needs no halves');
      },
      signal: new AbortController().signal,
      report: () => {},
      print: (line) => said.push(`stdout: ${line}`),
      say: (...lines) => void said.push(...lines),
      showPatch: (patch) => void said.push(patch),
      confirm,
    };
    return { status: await tool(['init', ...words], context), said };
  };

  it('writes when told to, and then finds all there', async () => {
    const { status, said } = await run(['--yes']);
    expect({ status, next: said.slice(-4) }).toEqual({
      status: 0,
      next: ['Next:', '  npm install', '  npm run build:selfsame', '  ./dist/shop --help'],
    });
    expect(await textOf('.gitignore')).toBe('node_modules\n/dist/shop\n');
    expect(await textOf('package.json')).toContain('"files": ["dist", "README.md"],\n');
    expect(await run([])).toEqual({
      status: 0,
      said: ['src/selfsame.ts defines the application already', 'All is there: nothing to change.'],
    });
  });

  it('writes nothing when the answer is no, or nobody can be asked', async () => {
    expect(await run([], async () => Promise.resolve(false))).toMatchObject({ status: 1 });
    expect(await run([], async () => Promise.resolve(undefined))).toMatchObject({ status: 130 });
    await expect(run([])).rejects.toMatchObject({
      code: 'project-refused',
      hint: 'Write it with: npx selfsame init --yes',
    });
    expect(await textOf('.gitignore')).toBe('node_modules');
  });

  it('writes nothing when a file changed while it asked', async () => {
    const confirm = async (): Promise<boolean> => {
      await writeFile(join(folder.path, '.gitignore'), 'other\n');
      return true;
    };
    await expect(run([], confirm)).rejects.toMatchObject({ code: 'project-refused' });
    await expect(textOf('src/selfsame.ts')).rejects.toThrow('ENOENT');
  });

  it('refuses what it does not take', async () => {
    await expect(run(['a', 'b'])).rejects.toMatchObject({ message: 'Cannot use "b" as one more word' });
    await expect(run(['--force'])).rejects.toMatchObject({ message: 'Unknown option "--force"' });
    await expect(run(['--', 'x'])).rejects.toMatchObject({ message: 'Cannot use "x" behind --' });
    expect((await run(['--help'])).said[0]).toContain('stdout: selfsame init [ENTRY] [--yes]');
  });
});
