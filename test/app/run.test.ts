import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from '@jest/globals';
import { runProgram } from '../support/programs/program.ts';

const program = join(import.meta.dirname, '../fixtures/behaving.ts');
const inCluster = { KUBERNETES_SERVICE_HOST: '10.0.0.1' };

describe('runApplication()', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('ends gracefully on %s: status 0', async (signal) => {
    const ended = await runProgram(process.execPath, [program], {
      signalWhen: ({ stderr }) => (stderr.includes('serving on') ? signal : undefined),
    });
    expect(ended).toEqual({
      status: 0,
      stdout: '',
      stderr: expect.stringMatching(/^behaving: serving on http:\/\/127\.0\.0\.1:\d+\n$/),
    });
  });

  it('takes it for the end when a wait with its signal is aborted', async () => {
    const ended = await runProgram(process.execPath, [program, '--how', 'wait'], {
      signalWhen: ({ stdout }) => (stdout === 'waiting\n' ? 'SIGTERM' : undefined),
    });
    expect(ended).toEqual({ status: 0, stdout: 'waiting\n', stderr: '' });
  });

  it('calls handlers of its own, for which it may wait, and ends when it returns', async () => {
    const ended = await runProgram(process.execPath, [program, '--how', 'listen'], {
      signalWhen: ({ stdout }) => (stdout === 'waiting\n' ? 'SIGTERM' : undefined),
    });
    expect(ended).toEqual({ status: 0, stdout: 'waiting\nhandled\nreturned\n', stderr: '' });
  });

  it('is not ready in a cluster from the signal on, lingers, and ends at once on a second signal of any kind', async () => {
    const child = spawn(process.execPath, [program, '--how', 'hang'], {
      stdio: ['ignore', 'inherit', 'pipe'],
      env: { ...process.env, ...inCluster },
    });
    const ended = once(child, 'exit');
    const [line] = (await once(createInterface(child.stderr), 'line')) as [string];
    const ready = `${/http:\S+/.exec(line)?.[0]}/selfsame/ready`;
    expect((await fetch(ready)).status).toBe(200);
    child.kill('SIGTERM');
    while ((await fetch(ready)).status !== 503);
    child.kill('SIGINT');
    expect(await ended).toEqual([null, 'SIGINT']);
  });

  it('refuses to serve what is not a server, and ends', async () => {
    expect(await runProgram(process.execPath, [program, '--how', 'pass'])).toEqual({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/^error: Cannot serve a function: it is not an HTTP server\. .*\n$/),
    });
  });

  it.each(['fail', 'failServing'])(
    'tells of a failure of the application as its own, with its stack: %s',
    async (how) => {
      const ended = await runProgram(process.execPath, [program, '--how', how]);
      expect(ended).toMatchObject({ status: 1, stdout: '' });
      expect(ended.stderr).toMatch(/^error: behaving failed: Error: The database is gone\n {4}at .*behaving\.ts/);
      expect(ended.stderr).not.toContain('selfsame failed');
    },
  );

  it('ends when the application returns', async () => {
    const ended = await runProgram(process.execPath, [program, '--how', 'return']);
    expect(ended).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it.each([
    ['foo', 'error: Cannot serve on "foo". Pass an address such as :8080, 127.0.0.1:8080 or [::1]:8080.\n'],
    ['192.0.2.1:80', 'error: Cannot serve on 192.0.2.1:80: not an address of this machine. Pass another address.\n'],
  ])('refuses to serve on %s in one line: status 2', async (address, stderr) => {
    expect(await runProgram(process.execPath, [program, '--http', address])).toEqual({ status: 2, stdout: '', stderr });
  });

  it('serves on the port of the environment, as --local asks for', async () => {
    const taken = await runProgram(process.execPath, [program], { env: { SELFSAME_PORT: 'x' } });
    expect(taken).toMatchObject({ status: 2, stderr: expect.stringContaining('Cannot serve on "x"') });
  });
});
