import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type ApiServer, apiServer } from '../../support/kubernetes/api-server.ts';
import { helloExecutable } from '../../support/programs/executables.ts';
import { watchPeak } from '../../support/programs/peak-memory.ts';

let server: ApiServer;
let kubeconfig: string;
let isAsked = (): void => undefined;

beforeAll(async () => {
  const chunk = `"${'x'.repeat(1 << 20)}",`;
  server = await apiServer((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).write('{"items":[');
    if (request.url?.includes('slow') === true) return isAsked();
    const more = (): void => {
      while (!response.destroyed && response.write(chunk));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  });
  kubeconfig = await server.kubeconfig();
});
afterAll(async () => server.close());

it('an answer without an end is refused, in little memory', async () => {
  const ended = await run('hello-world');
  expect(ended).toMatchObject({ status: 3, stdout: '' });
  expect(ended.stderr).toMatch(/^error: Cannot read what http:\S+ answers: it is larger than 32 MiB\. Check .*\n$/);
  // A start alone takes 100 MiB.
  expect(ended.mostMebibytes).toBeLessThan(350);
});

it.each(['SIGTERM', 'SIGINT'] as const)(
  '%s ends the wait for an answer that does not come to its end',
  async (name) => {
    const ended = await run('slow', async (kill) => {
      await new Promise<void>((resolve) => (isAsked = resolve));
      kill(name);
    });
    expect(ended).toMatchObject({ status: name === 'SIGINT' ? 130 : 143 });
  },
);

async function run(application: string, meanwhile?: (kill: (name: NodeJS.Signals) => void) => Promise<void>) {
  const words = ['self', 'status', '--kubeconfig', kubeconfig, '--name', application];
  const child = spawn(helloExecutable, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  const most = watchPeak(child.pid);
  void meanwhile?.((name) => child.kill(name));
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  return { status: status as number, stdout, stderr, mostMebibytes: most() };
}
