import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { helloExecutable } from '../../support/programs/executables.ts';
import { type PlayedCluster, playedCluster } from '../../support/kubernetes/played-cluster.ts';
import { runProgram } from '../../support/programs/program.ts';

let server: PlayedCluster;
beforeAll(async () => {
  server = await playedCluster();
});
afterAll(async () => server.close());

const unset = Object.fromEntries(
  ['NO_COLOR', 'FORCE_COLOR', 'CLICOLOR', 'CLICOLOR_FORCE', 'NODE_DISABLE_COLORS'].map((name) => [name, undefined]),
);

it.each<[Record<string, string>, boolean]>([
  [{}, false],
  [{ FORCE_COLOR: '1' }, true],
  [{ FORCE_COLOR: '0' }, false],
  [{ CLICOLOR_FORCE: '1' }, true],
  [{ CLICOLOR_FORCE: '0' }, false],
  [{ CLICOLOR: '1' }, false],
  [{ CLICOLOR_FORCE: '1', NO_COLOR: '1' }, false],
  [{ CLICOLOR: '0', FORCE_COLOR: '1' }, true],
])('in a pipe, with %j, there are colours: %s', async (given, isColoured) => {
  const env = { ...unset, ...given, KUBECONFIG: await server.kubeconfig() };
  const words = ['self', 'diff', '--store', 'cluster', '--name', 'coloured'];
  const { status, stdout, stderr } = await runProgram(helloExecutable, words, { env });
  expect(status).toBe(1);
  expect(stdout.includes('\u001B[32m+')).toBe(isColoured);
  expect(stderr.includes('\u001B[32m✓')).toBe(isColoured);
});
