// The one place where a sample becomes an executable.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../src/toolchain/bundle.ts';

/**
 * Builds a project as its owner would: in its folder, by the command.
 *
 * SELFSAME_TEST_BUILDER has another program to try, which is given the same words.
 *
 * @param entry relative to the project.
 */
export async function buildSample(project: string, entry: string, output: string): Promise<{ milliseconds: number }> {
  const builder = process.env['SELFSAME_TEST_BUILDER'] ?? join(root, 'scripts/build.ts');
  const started = performance.now();
  try {
    await promisify(execFile)(process.execPath, [builder, entry, '-o', output], { cwd: project, timeout: 300_000 });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new Error(`Cannot build: ${(stderr ?? message).trim().split('\n').slice(0, 6).join('\n')}`, { cause: error });
  }
  return { milliseconds: Math.round(performance.now() - started) };
}
