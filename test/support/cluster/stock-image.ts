import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runtimeFile } from '../../../src/executable/runtimes/runtimes.ts';
import { runtimes } from '../../../src/executable/runtimes/runtimes-table.ts';
import { archOf, linuxTargets } from '../../../src/shared/target.ts';
import { imageOnce } from './image-once.ts';

const run = promisify(execFile);

/** The official image of Node.js, as a user names it. */
const stockImage = `node:${runtimes['linux-x64'].package.version}-slim`;

const nodeOf = { amd64: 'node-1', arm64: 'node-2' } as const;

/**
 * Makes sure that the nodes have the stock image. On the cluster of SELFSAME_TEST_CLUSTER, which pulls nothing, it is built
 * for each architecture around npm's binary; elsewhere the nodes pull the official one.
 */
export async function loadStockImage(): Promise<string> {
  const dockerfile = await readFile(join(import.meta.dirname, '../../fixtures/stock-image/Dockerfile'), 'utf8');
  for (const target of linuxTargets) {
    const node = await readFile(await runtimeFile(target));
    await buildOn(archOf[target], `docker.io/library/${stockImage}`, { dockerfile, node });
  }
  return stockImage;
}

/**
 * Images for node-1 that are called `node` and do not run it: one without it, and one whose `node` is for another architecture
 * (IBM's, since emulators make the usual ones run).
 */
export async function loadWrongImages(): Promise<typeof wrongImages> {
  const node = Buffer.alloc(4096);
  node.write('7f454c46020201000000000000000000000200160000000100000000', 'hex');
  const empty = 'FROM scratch\nENV PATH=/bin\n';
  await buildOn('amd64', wrongImages.empty, { dockerfile: `${empty}COPY node /else\n`, node });
  await buildOn('amd64', wrongImages.foreign, { dockerfile: `${empty}COPY node /bin/node\n`, node });
  return wrongImages;
}

const wrongImages = { empty: 'localhost/selfsame-empty/node:1', foreign: 'localhost/selfsame-foreign/node:1' };

async function buildOn(
  arch: keyof typeof nodeOf,
  image: string,
  { dockerfile, node }: { readonly dockerfile: string; readonly node: Uint8Array },
): Promise<void> {
  const command = process.env['SELFSAME_TEST_CLUSTER'];
  // A cluster that is given has its images.
  if (command === undefined) return;
  await imageOnce(`${image} ${arch}`, async () => {
    const context = await mkdtemp(join(tmpdir(), 'selfsame-stock-image-'));
    try {
      await writeFile(join(context, 'Dockerfile'), dockerfile);
      await writeFile(join(context, 'node'), node, { mode: 0o755 });
      // The same layer whenever it is built.
      await utimes(join(context, 'node'), 0, 0);
      await run(command, ['base', arch]);
      await run('buildah', [
        'build',
        '--isolation',
        'chroot',
        '--layers',
        '--quiet',
        '--arch',
        arch,
        '--tag',
        image,
        context,
      ]);
      await run(command, ['load', image, nodeOf[arch]]);
    } finally {
      await rm(context, { recursive: true, force: true });
    }
  });
}
