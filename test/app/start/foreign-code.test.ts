import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from '@jest/globals';
import { readBlob, writeBlob } from '../../../src/executable/format/blob.ts';
import { bytesOf } from '../../../src/executable/format/bytes.ts';
import { rebuild } from '../../../src/executable/rebuild.ts';
import { localSource } from '../../../src/executable/runtimes/sources.ts';
import { cleanUp, here, installedRuntime, temporaryFolder } from '../../support/programs/executable-fixture.ts';
import { helloExecutable } from '../../support/programs/executables.ts';
import { runProgram } from '../../support/programs/program.ts';

afterAll(cleanUp);

describe('an executable', () => {
  it('opens no debugger for who may send it signals', async () => {
    const server = spawn(helloExecutable, ['--http', '127.0.0.1:0'], { stdio: ['ignore', 'ignore', 'pipe'] });
    const [ended, lines] = [once(server, 'exit'), createInterface({ input: server.stderr })];
    const said: string[] = [];
    for await (const line of lines) {
      said.push(line);
      const [, url] = / on (http:\S+)$/.exec(line) ?? [];
      if (url === undefined) continue;
      server.kill('SIGUSR1');
      expect((await fetch(url)).status).toBe(200);
      server.kill('SIGTERM');
    }
    expect(await ended).toEqual([0, null]);
    expect(said.filter((line) => /debug/i.test(line))).toEqual([]);
  });

  it('writes neither memory nor profiles to files for NODE_OPTIONS', async () => {
    const folder = await temporaryFolder();
    const env = {
      NODE_OPTIONS: `--heapsnapshot-signal=SIGUSR2 --cpu-prof --diagnostic-dir=${folder}`,
    };
    const signalWhen = (said: { readonly stderr: string }) => (said.stderr.includes('serving') ? 'SIGUSR2' : undefined);
    const ended = await runProgram(helloExecutable, ['--http', '127.0.0.1:0'], { env, signalWhen });
    expect(ended).toMatchObject({ status: null, killedBy: 'SIGUSR2' });
    expect(await readdir(folder)).toEqual([]);
    // The same settings take hold of a plain Node.js.
    const untilWritten = 'setInterval(() => fs.readdirSync(process.argv[1]).length > 0 && process.exit(), 10)';
    const words = ['-e', `console.error('serving'); ${untilWritten}`, folder];
    expect(await runProgram(process.execPath, words, { env, signalWhen })).toMatchObject({ status: 0 });
    const written = (await readdir(folder)).map((name) => name.split('.').at(-1) ?? '');
    expect(written.sort()).toEqual(['cpuprofile', 'heapsnapshot']);
  });

  it('tells an application that the signal of the debugger does not come', async () => {
    const blob = readBlob(await readFile(`${helloExecutable}.blob`));
    const listening = "process.on('SIGUSR1', () => undefined).on('SIGUSR2', () => undefined);";
    const code = Buffer.concat([blob.code, Buffer.from(listening)]);
    const path = join(await temporaryFolder(), 'listening');
    await rebuild(here, {
      from: { blob: bytesOf(writeBlob({ ...blob, code })) },
      output: path,
      runtimes: { source: localSource(installedRuntime) },
    });
    const { stderr } = await runProgram(path, ['--version-hash']);
    expect(stderr.match(/Warning: .*/g)).toEqual(['Warning: SIGUSR1 is held back: use SIGUSR2']);
  });

  it('loads no native code that OPENSSL_CONF names', async () => {
    const config = join(await temporaryFolder(), 'openssl.cnf');
    const sections = ['nodejs_conf = own', '[own]', 'engines = all', '[all]', 'one = foreign', '[foreign]'];
    await writeFile(config, [...sections, 'dynamic_path = /nowhere/foreign.so', 'init = 1', ''].join('\n'));
    const env = { OPENSSL_CONF: config };
    // The same setting takes hold of a plain Node.js, which ends for want of that file.
    const plain = await runProgram(process.execPath, ['-e', '0'], { env });
    expect(plain.stderr).toContain('could not load the shared library');
    expect(await runProgram(helloExecutable, ['--version-hash'], { env })).toMatchObject({ status: 0, stderr: '' });
  });
});
