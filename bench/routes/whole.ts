// (c) As kargo would: a file made by postject, uploaded whole, and pulled whole by every pod.
import { chmod, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ContainerClient, ContainerSASPermissions } from '@azure/storage-blob';
import { runtimeFile } from '../../src/executable/runtimes/runtimes.ts';
import { isDigest } from '../../src/shared/digest.ts';
import { copySources } from '../../test/support/programs/dev-loop.ts';
import { kubectlApply, kubectlWait } from '../tools/bench-cluster.ts';
import { objectsFor } from './objects.ts';
import { editGreeting, type Route, type RouteWorld } from './route.ts';
import { runTool } from '../tools/run-tool.ts';
import type { blobHere } from '../../src/toolchain/clone.ts';
import type { keepHalves } from '../../src/toolchain/kept-halves.ts';

export async function wholeRoute(world: RouteWorld, runnerImage: string): Promise<Route> {
  const { place, store, folder, signal } = world;
  const { namespace } = place;
  const env = { AZURE_STORAGE_CONNECTION_STRING: store.connectionString };
  const container = new ContainerClient(store.connectionString, 'whole');
  await container.createIfNotExists();
  const lasts = new Date(Date.now() + 24 * 60 * 60 * 1000);
  const link = await container.generateSasUrl({ permissions: ContainerSASPermissions.parse('r'), expiresOn: lasts });
  const query = new URL(link).search.slice(1);
  const runtime = await runtimeFile('linux-x64');
  const checkout = await copySources();
  const toolchain = join(checkout, 'src/toolchain');
  const clone = (await import(join(toolchain, 'clone.ts'))) as { blobHere: typeof blobHere };
  const kept = (await import(join(toolchain, 'kept-halves.ts'))) as { keepHalves: typeof keepHalves };
  const halves = kept.keepHalves();
  const [blobFile, executable] = [join(folder, 'whole.blob'), join(folder, 'whole')];
  const postject = join(import.meta.dirname, '../tools/postject.ts');
  const upload = join(import.meta.dirname, 'upload.ts');

  return {
    name: 'whole',
    what: 'postject, a full upload, a full pull by every pod, kubectl',
    async change(text) {
      await editGreeting(join(checkout, 'src/hello-world.ts'), text);
      await writeFile(blobFile, await clone.blobHere('src/hello-world.ts', halves));
      const bundledAt = performance.now();
      const made = await runTool([process.execPath, postject, runtime, blobFile, executable, 'bench'], { signal });
      await chmod(executable, 0o755);
      const packagedAt = performance.now();
      const sent = await runTool([process.execPath, upload, executable], { signal, env });
      const availableAt = performance.now();
      const digest = sent.stdout;
      if (!isDigest(digest)) throw new Error(`${digest} is no digest`);
      const { size: sizeBytes } = await stat(executable);
      const fetched = { digest, sizeBytes, url: `${store.url}/whole/${digest}/hello-world`, query };
      const objects = objectsFor({ name: 'whole', namespace, image: runnerImage, fetched });
      const appliedPeak = await kubectlApply(place, objects, signal);
      const appliedAt = performance.now();
      const waitedPeak = await kubectlWait(place, 'whole', signal);
      const peakBytes = Math.max(made.peakBytes, sent.peakBytes, appliedPeak, waitedPeak);
      return { bundledAt, packagedAt, availableAt, appliedAt, peakBytes };
    },
    async traffic() {
      const { deployer, runner } = await store.counts();
      return { sentBytes: deployer.receivedBytes, pulledBytes: runner.sentBytes };
    },
    async close() {
      await halves.close();
      await rm(checkout, { recursive: true });
    },
  };
}
