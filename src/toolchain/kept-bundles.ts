// Bundles an application again and again: esbuild keeps what it parsed, and a half whose sources are the same is kept whole.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { context } from 'esbuild';
import {
  assembleBlob,
  bundleOptions,
  bundlingError,
  deployerEntry,
  onlyFile,
  root,
  runnerEntry,
  type Bundles,
} from './bundle.ts';

export interface KeptBundles {
  /**
   * The blob of the sources as they are now: the same bytes as `buildBlob`, and nothing written.
   *
   * @throws {DeployError} `bad-usage`, with the file and the line.
   */
  make(): Promise<MadeBlob>;
  /** Ends esbuild. */
  close(): Promise<void>;
}

interface MadeBlob extends Pick<Bundles, 'code'> {
  readonly blob: Uint8Array;
  /** True if the deploying half did not have to be bundled again. */
  readonly isDeployerKept: boolean;
  /** Milliseconds. */
  readonly took: { readonly bundle: number; readonly blob: number };
}

/** @param entry the application's main file, relative to the root. */
export async function keepBundles(entry: string): Promise<KeptBundles> {
  const [main, deployer, runner] = await Promise.all([
    keepBundle(entry),
    keepBundle(deployerEntry),
    keepBundle(runnerEntry),
  ]);
  return {
    async make() {
      const startedAt = performance.now();
      const [{ bytes: code }, { bytes: deploying, isKept }, { bytes: running }] = await Promise.all([
        main.make(),
        deployer.make(),
        runner.make(),
      ]);
      const bundledAt = performance.now();
      const blob = await assembleBlob({ code, deploying, runner: running });
      const took = { bundle: bundledAt - startedAt, blob: performance.now() - bundledAt };
      return { code, blob, isDeployerKept: isKept, took };
    },
    async close() {
      await Promise.all([main.close(), deployer.close(), runner.close()]);
    },
  };
}

async function keepBundle(entry: string) {
  const kept = await context({ ...bundleOptions(entry), metafile: true });
  let last: { readonly bytes: Uint8Array; readonly stamps: ReadonlyMap<string, string> } | undefined;
  return {
    async make(): Promise<{ bytes: Uint8Array; isKept: boolean }> {
      if (last !== undefined && (await areUnchanged(last.stamps))) return { bytes: last.bytes, isKept: true };
      last = undefined;
      const startedMs = Date.now();
      try {
        const { outputFiles, metafile } = await kept.rebuild();
        const bytes = onlyFile(outputFiles, entry);
        last = { bytes, stamps: await stampsOf(Object.keys(metafile.inputs), startedMs) };
        return { bytes, isKept: false };
      } catch (error) {
        throw bundlingError(error, entry);
      }
    },
    close: async () => kept.dispose(),
  };
}

/** Packages are not looked at: they change by an install, and that is no edit. */
async function stampsOf(inputs: readonly string[], readSinceMs: number): Promise<ReadonlyMap<string, string>> {
  const own = inputs.filter((path) => !path.split('/').includes('node_modules'));
  return new Map(await Promise.all(own.map(async (path) => [path, await stampOf(path, readSinceMs)] as const)));
}

async function areUnchanged(stamps: ReadonlyMap<string, string>): Promise<boolean> {
  const now = await Promise.all([...stamps].map(async ([path, stamp]) => stamp === (await stampOf(path))));
  return now.every(Boolean);
}

/**
 * What changes with a file, whoever writes or replaces it; a file that may have changed since it was read gets a stamp that
 * no later one equals.
 */
async function stampOf(path: string, readSinceMs = Infinity): Promise<string> {
  try {
    const { dev, ino, size, ctimeNs, ctimeMs } = await stat(join(root, path), { bigint: true });
    if (Number(ctimeMs) > readSinceMs - clockStepMs) return 'changed since';
    return [dev, ino, size, ctimeNs].join(':');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'gone';
    throw error;
  }
}

// A file system's clock may go in steps of 10 ms, and lag that far behind.
const clockStepMs = 10;
