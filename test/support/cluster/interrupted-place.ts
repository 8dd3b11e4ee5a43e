import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { removable, remove } from '../../../src/platforms/kubernetes/apply/remove.ts';
import { kubeconfigOf } from '../kubernetes/api-server.ts';
import { type Gate, gateTo, gateToCluster } from '../kubernetes/gate.ts';
import { helloExecutable } from '../programs/executables.ts';
import { type EndedProgram, type ProgramOptions, runProgram } from '../programs/program.ts';
import type { Azurite } from '../stores/azurite-server.ts';
import { azuriteProcess } from '../stores/azurite.ts';
import { deployerCluster } from './account.ts';
import { loadServerImage, serverImage, type TestCluster } from './cluster.ts';
import { loadStockImage } from './stock-image.ts';

/** Where deploys are interrupted: a namespace, a store, and gates before both, which stop a deploy at one exact request. */
export interface InterruptedPlace extends TestCluster {
  /** A deployer of one name, with gates of its own, so that several are interrupted at once. */
  readonly deployer: (name: string) => Promise<InterruptedDeployer>;
  /** What there is of an application. */
  readonly objectsOf: (name: string) => Promise<string[]>;
  readonly cleanUp: (name: string) => Promise<unknown>;
}

export interface InterruptedDeployer extends AsyncDisposable {
  readonly api: Gate;
  readonly blobs: Gate;
  /** Leads through `api`. */
  readonly kubeconfig: string;
  readonly folder: string;
  /** Settings of a deploy with Azure as its store, through `blobs`. */
  readonly onAzure: () => Readonly<Record<string, string>>;
  /** Runs the program with a folder of its own for what is temporary, which it has to leave empty. */
  readonly hello: (words: readonly string[], options?: ProgramOptions) => Promise<EndedProgram>;
}

export async function interruptedPlace(suite: string): Promise<InterruptedPlace> {
  const place = await deployerCluster(suite, []);
  const store = await azuriteProcess();
  await loadServerImage();
  await loadStockImage();
  const { signal } = new AbortController();
  return {
    ...place,
    async deployer(name) {
      await place.grant(name);
      return deployerAt(place, store);
    },
    objectsOf: async (name) =>
      (await removable(place.cluster, name, { signal })).map((object) => `${object.kind} ${object.name}`),
    cleanUp: async (name) => remove(place.cluster, name, { signal }),
    async close() {
      await place.close();
      await store.stop();
    },
  };
}

/** The flags of a deploy under a name, for the architecture that is not emulated. */
export const deployFlags = (name: string): string[] => ['--kubernetes', '--target', 'linux-x64', '--name', name];

async function deployerAt({ kubeconfig: real, namespace }: TestCluster, store: Azurite): Promise<InterruptedDeployer> {
  const [api, blobs] = [await gateToCluster(real), await gateTo({ url: `http://127.0.0.1:${store.port}` })];
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-test-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, JSON.stringify(kubeconfigOf({ server: `http://127.0.0.1:${api.port}` }, {})));
  return {
    api,
    blobs,
    kubeconfig,
    folder,
    onAzure: () => ({
      AZURE_STORAGE_CONNECTION_STRING: store.connectionString.replaceAll(`:${store.port}/`, `:${blobs.port}/`),
      SELFSAME_RUNNER_IMAGE: serverImage,
    }),
    async hello(words, options = {}) {
      const own = await mkdtemp(join(folder, 'run-'));
      const ended = await runProgram(helloExecutable, [...words, '--namespace', namespace], {
        ...options,
        env: { KUBECONFIG: kubeconfig, SELFSAME_STORE: undefined, TMPDIR: own, ...options.env },
      });
      expect(await readdir(own)).toEqual([]);
      for (const secret of [store.key, 'sig=', 'AccountKey']) expect(ended.stdout + ended.stderr).not.toContain(secret);
      return ended;
    },
    async [Symbol.asyncDispose]() {
      api.close();
      blobs.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
