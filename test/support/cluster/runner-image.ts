import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { buildRunnerImage } from '../../../src/toolchain/runner-image.ts';
import { kindName } from './cluster-source.ts';
import { imageOnce } from './image-once.ts';

const run = promisify(execFile);

/**
 * Builds the real runner image and puts it where the nodes find it: for both architectures on the cluster of
 * SELFSAME_TEST_CLUSTER (`COMMAND base ARCH`, `COMMAND load IMAGE NODE`), for this machine's on kind. A cluster that is
 * given by KUBECONFIG alone has to have the images that SELFSAME_RUNNER_IMAGE and SELFSAME_RUNTIME_RUNNER_IMAGE name.
 *
 * @param options.runtime puts the prefix of its architecture inside.
 * @returns the image's name, as a pod spec takes it.
 */
export async function loadRunnerImage({ runtime = false } = {}): Promise<string> {
  const given = process.env[runtime ? 'SELFSAME_RUNTIME_RUNNER_IMAGE' : 'SELFSAME_RUNNER_IMAGE'];
  if (given !== undefined) return given;
  const command = process.env['SELFSAME_TEST_CLUSTER'];
  const image = `localhost/selfsame-runner:test${runtime ? '-runtime' : ''}`;
  await imageOnce(image, async () => {
    if (command === undefined) {
      await buildRunnerImage({ tag: image, runtime, tool: 'docker' });
      await run('kind', ['load', 'docker-image', '--name', kindName, image]);
      return;
    }
    for (const [arch, node] of [
      ['arm64', 'node-2'],
      ['amd64', 'node-1'],
    ] as const) {
      await run(command, ['base', arch]);
      await buildRunnerImage({ arch, tag: image, runtime, tool: 'buildah' });
      await run(command, ['load', image, node]);
    }
  });
  return image;
}
