import { afterEach, describe, expect, it } from '@jest/globals';
import { helloExecutable } from '../../support/programs/executables.ts';
import { type PlayedCluster, playedCluster } from '../../support/kubernetes/played-cluster.ts';
import { runProgram } from '../../support/programs/program.ts';
import { onScreen } from '../../support/programs/screen.ts';

const closing: PlayedCluster[] = [];
afterEach(async () => {
  for (const server of closing.splice(0)) await server.close();
});

/** A cluster where so many replicas are wanted, and wait for the test to move them. */
async function deployed(replicas: number): Promise<{ server: PlayedCluster; env: Record<string, string> }> {
  const server = await playedCluster({ comesTo: 'waiting' });
  closing.push(server);
  const env = { KUBECONFIG: await server.kubeconfig() };
  const words = ['--kubernetes', '--replicas', String(replicas), '--store', 'cluster', '--no-wait'];
  expect(await runProgram(helloExecutable, words, { env })).toMatchObject({ status: 0 });
  return { server, env };
}

const watching = ['self', 'status', '--watch'];

describe('self status --watch', () => {
  it('changes in place on a terminal, asks nothing while nothing happens, and ends with 0 on Ctrl-C', async () => {
    const { server, env } = await deployed(2);
    const screen = onScreen(helloExecutable, watching, { columns: 120, rows: 20, env });
    await screen.until((lines) => lines.some((line) => line.includes('0/2 ready')));
    const asked = server.requests.length;
    const [one = ''] = server.pods();
    server.move(one, 'ready');
    await screen.until((lines) => lines.some((line) => line.includes('1/2 ready')));
    expect(server.requests.slice(asked).filter((request) => !request.includes('watch=true'))).toEqual([]);
    const lines = screen.lines();
    expect(lines.filter((line) => line.startsWith('hello-world in mine:'))).toHaveLength(1);
    expect(lines.filter((line) => line.startsWith(one))).toEqual([expect.stringMatching(/ ready +0 /)]);
    screen.type('\u0003');
    expect(await screen.status).toBe(0);
    expect(screen.lines().filter((line) => line.includes('1/2 ready'))).toHaveLength(1);
  }, 60_000);

  it('cuts what does not fit a small terminal', async () => {
    const { env } = await deployed(30);
    const screen = onScreen(helloExecutable, watching, { columns: 40, rows: 8, env });
    await screen.until((lines) => lines.includes('and 26 more'));
    expect(screen.lines()).toHaveLength(7);
    screen.type('\u0003');
    expect(await screen.status).toBe(0);
  }, 60_000);

  it('prints a line for what is new where nobody looks at a terminal', async () => {
    const { server, env } = await deployed(2);
    const [one = ''] = server.pods();
    const ended = await runProgram(helloExecutable, watching, {
      env,
      signalWhen({ stdout }) {
        if (stdout.includes('1/2 ready')) return stdout.includes(`${one} on`) ? 'SIGINT' : undefined;
        if (stdout.split('\n').length > 3) server.move(one, 'ready');
        return undefined;
      },
    });
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    const lines = ended.stdout.trimEnd().split('\n');
    expect(lines.slice(0, 3)).toEqual([
      expect.stringMatching(/^hello-world in mine: 0\/2 ready, release /),
      expect.stringMatching(/^ {2}\S+: waiting for a node$/),
      expect.stringMatching(/^ {2}\S+: waiting for a node$/),
    ]);
    expect(lines.slice(3)).toEqual([
      expect.stringMatching(/^hello-world in mine: 1\/2 ready, release /),
      expect.stringMatching(/^ {2}\S+ on node-\d: ready$/),
    ]);
  }, 60_000);

  it('prints a document for each change with --output json, and says as one that it was deleted', async () => {
    const { server, env } = await deployed(1);
    const [one = ''] = server.pods();
    const ended = await runProgram(helloExecutable, [...watching, '--output', 'json'], {
      env,
      signalWhen({ stdout }) {
        if (stdout.includes('"ready":1')) server.objects.remove('deployments', 'hello-world');
        else if (stdout.includes('"ready":0')) server.move(one, 'ready');
        return undefined;
      },
    });
    expect(ended.status).toBe(3);
    const documents = ended.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { ready?: number; error?: { code: string } });
    expect(documents.map(({ ready, error }) => error?.code ?? ready)).toEqual([0, 1, 'no-such-deployment']);
  }, 60_000);

  it('goes on where the connection breaks', async () => {
    const { server, env } = await deployed(1);
    const screen = onScreen(helloExecutable, watching, { columns: 120, rows: 20, env });
    await screen.until((lines) => lines.some((line) => line.includes('0/1 ready')));
    server.breakConnections();
    server.move(server.pods()[0] ?? '', 'ready');
    await screen.until((lines) => lines.some((line) => line.includes('1/1 ready')));
    screen.type('\u0003');
    expect(await screen.status).toBe(0);
  }, 60_000);
});
