// The one place where a sample becomes an executable.
import { join } from 'node:path';
import { buildExecutable, type BuiltExecutable } from '../../src/toolchain/build.ts';
import { sourceHalves } from '../../src/toolchain/bundle.ts';
import { installedRuntimes } from '../../src/toolchain/clone.ts';

let halves: ReturnType<typeof sourceHalves> | undefined;

/**
 * Builds a project as `selfsame build` does.
 *
 * @param entry relative to the project.
 */
export async function buildSample(
  project: string,
  entry: string,
  output: string,
): Promise<{ milliseconds: number; built: BuiltExecutable }> {
  const started = performance.now();
  halves ??= sourceHalves();
  const built = await buildExecutable({
    entry: join(project, entry),
    output,
    halves,
    runtimesFor: installedRuntimes,
    report: () => undefined,
  });
  return { milliseconds: Math.round(performance.now() - started), built };
}
