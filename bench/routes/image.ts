// (a) The same bundle as a container image on a Node.js base: esbuild, buildah with its layers cached, a push of the layer that
// changed, kubectl with a wait.
import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copySources } from '../../test/support/programs/dev-loop.ts';
import { kubectlApply, kubectlWait } from '../tools/bench-cluster.ts';
import { objectsFor } from './objects.ts';
import type { Registry } from './registry.ts';
import { editGreeting, type Route, type RouteWorld } from './route.ts';
import { esbuildFile } from '../tools/esbuild.ts';
import { runTool } from '../tools/run-tool.ts';
import { bundleOptions } from '../../src/toolchain/bundle.ts';

const [baseImage, image] = ['localhost/selfsame-bench-node:1', 'localhost/selfsame-bench-app:1'];
const build = ['buildah', 'build', '--quiet', '--isolation', 'chroot', '--layers', '--pull-never'] as const;

export async function imageRoute(world: RouteWorld, registry: Registry): Promise<Route> {
  const { place, folder, signal } = world;
  const context = join(folder, 'image');
  const checkout = await copySources();
  await mkdir(context, { recursive: true });
  await buildBase(context, world);
  const dockerfile = [
    `FROM ${baseImage}`,
    'COPY main.cjs /app/main.cjs',
    'USER 65532:65532',
    'ENTRYPOINT ["/usr/local/bin/node", "/app/main.cjs"]',
  ];
  await writeFile(join(context, 'Dockerfile'), dockerfile.join('\n'));
  const digestFile = join(folder, 'image.digest');

  return {
    name: 'image',
    what: 'the bundle as a container image: buildah, registry, kubectl',
    async change(text) {
      await editGreeting(join(checkout, 'src/hello-world.ts'), text);
      const bundled = await runTool(bundleCommand(join(context, 'main.cjs')), { cwd: checkout, signal });
      const bundledAt = performance.now();
      const built = await runTool([...build, '--tag', image, context], { signal });
      const packagedAt = performance.now();
      const target = `${registry.address}/app`;
      const push = ['push', '--quiet', '--tls-verify=false', '--digestfile', digestFile, image, `docker://${target}:1`];
      const pushed = await runTool(['buildah', ...push], { signal });
      const availableAt = performance.now();
      const digest = (await readFile(digestFile, 'utf8')).trim();
      const { namespace } = place;
      const objects = objectsFor({ name: 'image', namespace, image: `${target}@${digest}` });
      const appliedPeak = await kubectlApply(place, objects, signal);
      const appliedAt = performance.now();
      const waitedPeak = await kubectlWait(place, 'image', signal);
      const peaks = [bundled.peakBytes, built.peakBytes, pushed.peakBytes, appliedPeak, waitedPeak];
      return { bundledAt, packagedAt, availableAt, appliedAt, peakBytes: Math.max(...peaks) };
    },
    async traffic() {
      const { receivedBytes, sentBytes } = registry.counts();
      return { sentBytes: receivedBytes, pulledBytes: sentBytes };
    },
    async close() {
      await rm(checkout, { recursive: true });
      const within = { signal: AbortSignal.timeout(60_000) };
      // The first only if there was a deploy.
      const { stdout } = await runTool(['buildah', 'images', '--format', '{{.Name}}:{{.Tag}}'], within);
      const made = stdout.split('\n').filter((name) => name === image || name === baseImage);
      if (made.length > 0) await runTool(['buildah', 'rmi', '--force', ...made], within);
    },
  };
}

/** Debian with Node.js of the same version as ours, and what that loads. */
async function buildBase(context: string, { place, folder, signal }: RouteWorld): Promise<void> {
  await copyFile(process.execPath, join(context, 'node'));
  const file = join(folder, 'Dockerfile.node');
  const dockerfile = [
    `FROM ${place.base}`,
    'RUN apt-get update && apt-get install -y --no-install-recommends libatomic1 && rm -rf /var/lib/apt/lists/*',
    'COPY node /usr/local/bin/node',
    'CMD []',
  ];
  await writeFile(file, dockerfile.join('\n'));
  await runTool([...build, '--tag', baseImage, '--file', file, context], { signal });
  await rm(join(context, 'node'));
}

/** esbuild, told the same as for our own bundle. */
function bundleCommand(output: string): [string, ...string[]] {
  const { platform, target, format, legalComments, define, banner, mainFields } = bundleOptions('');
  return [
    esbuildFile,
    'src/hello-world.ts',
    `--outfile=${output}`,
    '--bundle',
    '--minify',
    '--keep-names',
    '--log-level=error',
    `--platform=${platform}`,
    `--target=${target}`,
    `--format=${format}`,
    `--legal-comments=${legalComments}`,
    `--main-fields=${mainFields.join(',')}`,
    `--banner:js=${banner.js}`,
    ...Object.entries(define).map(([name, value]) => `--define:${name}=${value}`),
  ];
}
