import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { leftovers, makeRunFolder, removeLeftovers, type RunFolder } from './leftovers.ts';

let folder: RunFolder;
const started: ChildProcess[] = [];
beforeEach(async () => {
  folder = await makeRunFolder();
});
afterEach(async () => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  await rm(folder.path, { recursive: true, force: true });
});

/** A process that waits, in a session of its own. */
async function sleeper(env: NodeJS.ProcessEnv, cwd = '/'): Promise<ChildProcess> {
  const child = spawn('sleep', ['100'], { stdio: 'ignore', detached: true, env, cwd });
  started.push(child);
  await once(child, 'spawn');
  return child;
}

describe('leftovers()', () => {
  it('names nothing where nothing is left', async () => {
    await writeFile(join(folder.own, 'report'), '');
    expect(await leftovers(folder)).toEqual([]);
  });

  it('names processes by environment and folder, and none of another run', async () => {
    const path = process.env['PATH'];
    const marked = await sleeper({ PATH: path, TMPDIR: folder.temporary });
    const within = await sleeper({ PATH: path }, folder.temporary);
    await sleeper({ PATH: path, TMPDIR: `${folder.path}x/tmp` });
    const lines = [marked, within].map(({ pid }) => `process ${pid}: sleep 100`);
    expect((await leftovers(folder, { patienceMs: 100 })).toSorted()).toEqual(lines.toSorted());
  });

  it('waits for a process that is about to end', async () => {
    const child = await sleeper({ PATH: process.env['PATH'], TMPDIR: folder.temporary });
    const [left] = await Promise.all([leftovers(folder), wait(500).then(() => child.kill())]);
    expect(left).toEqual([]);
  });

  it('names files, folders and sockets of the temporary folder', async () => {
    const path = (name: string): string => join(folder.temporary, name);
    await writeFile(path('file'), '');
    const server = createServer().listen(path('socket'));
    await once(server, 'listening');
    expect((await leftovers(folder)).toSorted()).toEqual([`file ${path('file')}`, `socket ${path('socket')}`]);
    server.close();
  });
});

it('removeLeftovers() ends the processes and removes the folder', async () => {
  const child = await sleeper({ PATH: process.env['PATH'], TMPDIR: folder.temporary });
  const ended = once(child, 'exit');
  await removeLeftovers(folder.path);
  expect(await ended).toEqual([null, 'SIGKILL']);
  expect(existsSync(folder.path)).toBe(false);
});

describe('guardRun()', () => {
  const guarded = (body: string): ChildProcess => {
    const code = `
      import { spawn } from 'node:child_process';
      import { guardRun } from '${join(import.meta.dirname, 'guard.ts')}';
      const guard = guardRun(${JSON.stringify(folder.path)});
      const env = { PATH: process.env.PATH, TMPDIR: ${JSON.stringify(folder.temporary)} };
      spawn('sleep', ['100'], { stdio: 'ignore', detached: true, env }).unref();
      ${body}`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    started.push(child);
    return child;
  };

  it('removes what a run leaves that is killed', async () => {
    const run = guarded("setInterval(() => {}, 1000); console.log('started');");
    if (run.stdout !== null) await once(run.stdout, 'data');
    run.kill('SIGKILL');
    while (existsSync(folder.path)) await wait(20);
    expect(existsSync(folder.path)).toBe(false);
  });

  it('leaves everything where the run has ended in order', async () => {
    await once(guarded('guard[Symbol.dispose]();'), 'exit');
    const [left] = await leftovers(folder, { patienceMs: 100 });
    expect(left).toMatch(/^process \d+: sleep 100$/);
    await removeLeftovers(folder.path);
  });
});
