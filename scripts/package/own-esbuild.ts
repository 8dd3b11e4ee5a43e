// esbuild's package has an install script, which package managers warn of or refuse to run. Its code is bundled here, and what it
// starts is the program in esbuild's package for this platform, which needs no script.
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DeployError } from '../../src/shared/errors.ts';

/** The packages with esbuild's program, for the machines that executables are built on. */
export const esbuildPackages = [
  '@esbuild/linux-x64',
  '@esbuild/linux-arm64',
  '@esbuild/darwin-arm64',
  '@esbuild/darwin-x64',
  '@esbuild/win32-x64',
] as const;

const own = `@esbuild/${process.platform}-${process.arch}`;
const variable = 'ESBUILD_BINARY_PATH';

/**
 * Loads esbuild so that it finds its program.
 *
 * @returns false if that is not installed.
 */
export async function loadOwnEsbuild(): Promise<boolean> {
  const program = findProgram();
  if (program === undefined) return false;
  const before = process.env[variable];
  process.env[variable] ??= program;
  // It is read once, right now; what the builds start must not see it.
  await import('esbuild');
  if (before === undefined) delete process.env[variable];
  return true;
}

/** @throws {DeployError} `project-refused` */
export function refuseWithoutEsbuild(): never {
  throw new DeployError('project-refused', `Cannot find the package ${own}, which selfsame bundles with`, {
    hint: 'Install selfsame again on this machine, with optional packages: npm install --include=optional',
  });
}

function findProgram(): string | undefined {
  try {
    const folder = dirname(createRequire(import.meta.url).resolve(`${own}/package.json`));
    return join(folder, process.platform === 'win32' ? 'esbuild.exe' : 'bin/esbuild');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    return undefined;
  }
}
