import { readFileSync } from 'node:fs';
import Module, { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { getAsset, isSea } from 'node:sea';
import { defaultCacheFolder } from '../executable/runtimes/cache.ts';
import type { RunnerTexts } from './context/session.ts';
import type { deployer } from './deployer.ts';

/** What the deploying half exports. */
interface Deployer {
  deployer: typeof deployer;
}

/**
 * Loads the deploying half: from the executable's asset, or from its source where this is no executable.
 *
 * `import()` of files is refused inside a single executable, so the asset is compiled as the CommonJS module it is.
 */
export async function loadDeployer(): Promise<Deployer> {
  // Not a literal, or the bundler would put the deploying half into main.
  if (!isSea()) return (await import(new URL('./deployer.ts', import.meta.url).href)) as Deployer;
  // New objects get 1 MB instead of up to 16, twice: 15 MB less at the peak. V8 looks at this when it would let that grow.
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--semi-space-growth-factor=1');
  // What V8 made of 3 MB of source is kept for the next start: 60 ms and 20 MB less. A folder that cannot be written costs nothing else.
  enableCompileCache(join(defaultCacheFolder(), 'code'));
  const loaded = new Module('selfsame/deployer.cjs') as Module & { _compile(code: string, name: string): void };
  loaded.filename = process.execPath;
  loaded._compile(getAsset('deployer.cjs', 'utf8'), 'selfsame/deployer.cjs');
  return loaded.exports as Deployer;
}

/** Both runners; from source only the one that needs no bundling, since nothing is deployed from there. */
export const runnerTexts: RunnerTexts = {
  thin: () =>
    isSea() ? getAsset('runner.sh', 'utf8') : readFileSync(new URL('../../runner/run.sh', import.meta.url), 'utf8'),
  stock: () => getAsset('runner.cjs', 'utf8'),
};
