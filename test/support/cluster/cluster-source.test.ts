import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bringUp, type ClusterSource, clusterSource } from './cluster-source.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'selfsame-up-'));
});
afterEach(async () => rm(folder, { recursive: true }));

/** A command that plays a cluster: each of its words appends itself to a file. */
async function command(up: string, { env = 'echo export KUBECONFIG=/the/file' } = {}): Promise<ClusterSource> {
  const file = join(folder, 'cluster');
  const script = `cd '${folder}'; echo "$1" >>calls; case $1 in up) ${up} ;; env) ${env} ;; esac`;
  await writeFile(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const source = clusterSource({ SELFSAME_TEST_CLUSTER: file });
  if (source === undefined) throw new Error('no source');
  return source;
}

const calls = async (): Promise<string[]> => (await readFile(join(folder, 'calls'), 'utf8')).trim().split('\n');

describe('bringUp()', () => {
  it('starts a cluster once, and tells where its kubeconfig is', async () => {
    expect(await bringUp(await command('true'), notToBeSaid)).toBe('/the/file');
    expect(await calls()).toEqual(['up', 'env']);
  });

  it('takes down what a run that was killed has left half way up, and tries once more', async () => {
    const said: string[] = [];
    const source = await command('if [ ! -e again ]; then touch again; echo "port in use" >&2; exit 7; fi');
    expect(await bringUp(source, (line) => said.push(line))).toBe('/the/file');
    expect(await calls()).toEqual(['up', 'down', 'up', 'env']);
    expect(said).toEqual([
      expect.stringMatching(/cluster up" ended with status 7:\nport in use\nThe cluster is taken down/),
    ]);
  });

  it('fails after the second time with what the command said', async () => {
    const source = await command('echo out; echo "no room" >&2; exit 3');
    await expect(bringUp(source, () => undefined)).rejects.toThrow(/ended with status 3:\nout\nno room$/);
    expect(await calls()).toEqual(['up', 'down', 'up']);
  });

  it('tells that a command does not name a kubeconfig, or is not there', async () => {
    const source = await command('true', { env: 'echo nothing' });
    await expect(bringUp(source, () => undefined)).rejects.toThrow('does not print KUBECONFIG=FILE');
    const missing = clusterSource({ SELFSAME_TEST_CLUSTER: join(folder, 'missing') });
    await expect(missing?.up()).rejects.toThrow('ENOENT');
  });

  it('does not wait for what goes on in the background', async () => {
    expect(await bringUp(await command('sleep 600 & echo $! >background'), notToBeSaid)).toBe('/the/file');
    process.kill(Number(await readFile(join(folder, 'background'), 'utf8')));
  });

  it('leaves a cluster that is given alone', async () => {
    const source = clusterSource({ KUBECONFIG: '/given', SELFSAME_TEST_CLUSTER: 'never' });
    expect(source).toMatchObject({ words: 'KUBECONFIG' });
    expect(source).not.toHaveProperty('id');
    expect(await source?.up()).toBe('/given');
  });
});

describe('machineLock()', () => {
  const started: ChildProcess[] = [];
  afterEach(async () => Promise.all(started.splice(0).map(ended)));

  function holder(): AsyncIterator<string> {
    const file = join(import.meta.dirname, '../../fixtures/lock-holder.ts');
    const child = spawn(process.execPath, [file, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    started.push(child);
    return createInterface(child.stdout)[Symbol.asyncIterator]();
  }
  async function ended(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }

  it('lets one in at a time, and the next one when that is killed', async () => {
    const first = holder();
    expect(await first.next()).toEqual({ done: false, value: 'has it' });
    const second = holder();
    expect(await second.next()).toEqual({ done: false, value: 'waits' });
    const [one] = started;
    if (one !== undefined) await ended(one);
    expect(await second.next()).toEqual({ done: false, value: 'has it' });
  });
});

function notToBeSaid(line: string): void {
  throw new Error(line);
}
