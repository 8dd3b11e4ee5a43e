// Bundles the halves of this clone again and again: esbuild keeps what it parsed, and a half whose sources are the same is kept whole.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { context, type BuildContext } from 'esbuild';
import { bundleOptions, halfOf, root, sourceHalves, type BundledHalf } from './bundle.ts';
import { bundlingError } from './carry/bundling-error.ts';
import type { Halves } from './carry/halves.ts';

export interface KeptHalves extends Halves {
  /** Ends esbuild. */
  close(): Promise<void>;
}

/** The halves as the sources are whenever they are asked for. */
export function keepHalves(): KeptHalves {
  const kept = new Map<string, Promise<KeptHalf>>();
  const keptOf = async (entry: string): Promise<KeptHalf> => {
    const half = kept.get(entry) ?? keepHalf(entry);
    kept.set(entry, half);
    return half;
  };
  return {
    ...sourceHalves(async (entry) => (await keptOf(entry)).make()),
    async close() {
      await Promise.all([...kept.values()].map(async (half) => (await half).context.dispose()));
    },
  };
}

interface KeptHalf {
  readonly context: BuildContext;
  make(): Promise<BundledHalf>;
}

async function keepHalf(entry: string): Promise<KeptHalf> {
  const kept = await context(bundleOptions(entry));
  let last: { readonly half: BundledHalf; readonly stamps: ReadonlyMap<string, string> } | undefined;
  return {
    context: kept,
    async make() {
      if (last !== undefined && (await areUnchanged(last.stamps))) return last.half;
      last = undefined;
      const startedMs = Date.now();
      try {
        const made = await kept.rebuild();
        const half = halfOf(made, entry);
        last = { half, stamps: await stampsOf(Object.keys(made.metafile.inputs), startedMs) };
        return half;
      } catch (error) {
        throw bundlingError(error, entry);
      }
    },
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
