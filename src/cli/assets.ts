import { readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { getAsset, isSea } from 'node:sea';
import { DeployError } from '../shared/errors.ts';
import type { RunnerTexts } from './context/session.ts';
import type { deployer } from './deployer.ts';

/** What the deploying half exports. */
interface Deployer {
  deployer: typeof deployer;
}

/**
 * Loads the deploying half: from the executable's asset, or where this is no executable, from the package or its source.
 *
 * `import()` of files is refused inside a single executable, so the asset is compiled as the CommonJS module it is.
 */
export async function loadDeployer(): Promise<Deployer> {
  if (!isSea()) return isPublished() ? requireDeployer() : importDeployer();
  // New objects get 1 MB instead of up to 16, twice: 15 MB less at the peak. V8 looks at this when it would let that grow.
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--semi-space-growth-factor=1');
  // Compiled at each start: a cache on disk would save 55 ms and 15 MB, and nothing could tell whether what is in it was made of this source.
  const loaded = new Module('selfsame/deployer.cjs') as Module & { _compile(code: string, name: string): void };
  loaded.filename = process.execPath;
  loaded._compile(getAsset('deployer.cjs', 'utf8'), 'selfsame/deployer.cjs');
  return loaded.exports as Deployer;
}

/** True in the npm package, where this is a bundle. */
function isPublished(): boolean {
  return !import.meta.url.endsWith('.ts');
}

async function importDeployer(): Promise<Deployer> {
  // Not a literal, or the bundler would put the deploying half into main.
  return (await import(new URL('./deployer.ts', import.meta.url).href)) as Deployer;
}

/** Of the package, on whatever Node.js the project has. */
async function requireDeployer(): Promise<Deployer> {
  await import('../shared/older-node.ts');
  try {
    return createRequire(import.meta.url)('./halves/deployer.cjs') as Deployer;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw cause;
    throw new DeployError('not-an-executable', 'Cannot deploy from here: a bundler took selfsame out of its package', {
      hint: 'Build it with npx selfsame build, or keep "selfsame" out of the bundle as an external package.',
      cause,
    });
  }
}

/** Both runners; where this is no executable only the one that needs no bundling, since nothing is deployed from there. */
export const runnerTexts: RunnerTexts = {
  thin: () => (isSea() ? getAsset('runner.sh', 'utf8') : readFileSync(runnerScript(), 'utf8')),
  stock: () => getAsset('runner.cjs', 'utf8'),
};

function runnerScript(): URL {
  return new URL(isPublished() ? './halves/runner.sh' : '../../runner/run.sh', import.meta.url);
}
