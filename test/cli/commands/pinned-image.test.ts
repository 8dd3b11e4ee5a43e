import { expect, it } from '@jest/globals';
import { playedCluster } from '../../support/kubernetes/played-cluster.ts';
import { helloExecutable } from '../../support/programs/executables.ts';
import { runProgram } from '../../support/programs/program.ts';

const pinned = `node:26.10.0-slim@sha256:${'a'.repeat(64)}`;

it.each([
  [[], 'node:26.10.0-slim', 'started by node:26.10.0-slim (not pinned: it has no digest) with the runner'],
  [['--runner-image', pinned], pinned, `started by ${pinned} with the runner`],
])('a dry run with %j says whether the image is pinned', async (words, image, said) => {
  const server = await playedCluster();
  try {
    const { status, stdout, stderr } = await runProgram(helloExecutable, ['--kubernetes', '--dry-run', ...words], {
      env: { KUBECONFIG: await server.kubeconfig() },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringContaining(said) });
    expect(stdout).toContain(`image: ${image}\n`);
  } finally {
    await server.close();
  }
});
