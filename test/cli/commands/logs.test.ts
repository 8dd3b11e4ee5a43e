import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { helloExecutable } from '../../support/programs/executables.ts';
import { type ApiServer, apiServer, json } from '../../support/kubernetes/api-server.ts';
import { type EndedProgram, runProgram, type ProgramOptions } from '../../support/programs/program.ts';

let server: ApiServer;
let kubeconfig: string;

const labels = { 'app.kubernetes.io/managed-by': 'selfsame' };
const deployment = { metadata: { name: 'hello-world', labels }, spec: { template: { spec: { containers: [{}] } } } };
const status = { containerStatuses: [{ name: 'app', restartCount: 2, state: { running: {} } }] };
const pods = ['pod-1', 'pod-2'].map((name) => ({
  metadata: { name, uid: name },
  spec: { nodeName: 'node-1', containers: [] },
  status,
}));
const log = `2026-11-22T10:00:01.123456789Z one\n2026-11-22T10:00:02.5Z "two" \u001B[1m\n`;

beforeAll(async () => {
  server = await apiServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', server.url);
    if (pathname.endsWith('/log')) {
      if (searchParams.get('follow') === 'true') response.write(log);
      else response.end(log);
    } else if (pathname.endsWith('/hello-world')) json(response, 200, deployment);
    else if (searchParams.get('watch') === null)
      json(response, 200, { metadata: { resourceVersion: '1' }, items: pathname.endsWith('/pods') ? pods : [] });
  });
  kubeconfig = await server.kubeconfig();
});
afterAll(async () => server.close());

const logs = async (words: string, options?: ProgramOptions): Promise<EndedProgram> =>
  runProgram(
    helloExecutable,
    ['self', 'logs', '--kubeconfig', kubeconfig, ...words.split(' ').filter(Boolean)],
    options,
  );

describe('self logs', () => {
  it('prints what is there with --no-follow, each line after its pod, without colours where no terminal is', async () => {
    expect(await logs('--no-follow')).toEqual({
      status: 0,
      stdout: ['pod-1', 'pod-2'].flatMap((pod) => [`${pod} | one\n`, `${pod} | "two" \u001B[1m\n`]).join(''),
      stderr: '',
    });
  });

  it('gives a JSON object a line', async () => {
    const { stdout } = await logs('--no-follow --output json');
    const [first, second, third] = stdout
      .split('\n')
      .map((line) => (line === '' ? line : (JSON.parse(line) as unknown)));
    const about = { pod: 'pod-1', node: 'node-1', restart: 2 };
    expect(first).toEqual({ ...about, time: '2026-11-22T10:00:01.123456789Z', text: 'one' });
    expect(second).toEqual({ ...about, time: '2026-11-22T10:00:02.5Z', text: '"two" \u001B[1m' });
    expect(third).toMatchObject({ pod: 'pod-2' });
  });

  it('tells of an earlier instance which one it was, and when a line was written', async () => {
    const { stdout } = await logs('--previous --output json');
    expect(JSON.parse(stdout.split('\n')[0] ?? '')).toMatchObject({ restart: 1 });
    const stamped = await logs('--no-follow --timestamps');
    expect(stamped.stdout).toMatch(/^pod-1 \| 2026-11-22T10:00:01.123456789Z one\n/);
  });

  it('follows until Ctrl-C, which is no failure', async () => {
    const ended = await logs('', {
      signalWhen: ({ stdout }) => (stdout.split('\n').length > 4 ? 'SIGINT' : undefined),
    });
    expect(ended).toMatchObject({ status: 0, stderr: '' });
  });

  it.each(['', '--no-follow'])('ends quietly once nobody reads any more: %s', async (words) => {
    const args = ['self', 'logs', '--kubeconfig', kubeconfig, ...words.split(' ').filter(Boolean)];
    const child = spawn(helloExecutable, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    const [said, [ended]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect({ said, ended: ended as number }).toEqual({ said: '', ended: 0 });
  });

  it.each([
    ['--since 10', 'Cannot read --since "10" as a time'],
    ['--since yesterday', 'Cannot read --since "yesterday" as a time'],
    ['--tail -1', '--tail'],
    ['--tail 1.5', 'Cannot begin with "1.5" lines'],
    ['--previous --follow', 'Cannot follow what ended before the last restart'],
    ['--output yaml', 'Invalid values', expect.stringContaining('code: bad-usage')],
  ])('refuses %s before it calls anyone', async (words, message, stdout: unknown = '') => {
    const before = server.requests.length;
    const ended = await logs(words);
    expect(ended).toMatchObject({ status: 2, stdout });
    expect(ended.stderr).toContain(message);
    expect(server.requests).toHaveLength(before);
  });
});
