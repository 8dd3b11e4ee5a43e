import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Runs a module in a process of its own, with nothing but the environment given.
 *
 * @param code sees the repository as its folder and prints one JSON value.
 */
export async function inChild<T>(code: string, environment: Record<string, string>): Promise<T> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: join(import.meta.dirname, '../../..'),
    env: { PATH: process.env['PATH'], ...environment },
  });
  return JSON.parse(stdout) as T;
}

/**
 * Sends an artifact of that many mebibytes to the store in STORE, in a process of its own.
 *
 * @returns the most that it ever held resident, in mebibytes. Not maxRSS: what a process forks off inherits its own, and
 *   jest's is large.
 */
export async function peakOfPut(mebibytes: number, environment: Record<string, string>): Promise<number> {
  return inChild<number>(
    `
      import { readFileSync } from 'node:fs';
      import { openStore } from './src/store/open.ts';
      import { generatedArtifact } from './test/support/programs/artifact.ts';
      const store = openStore({ store: process.env.STORE, environment: process.env });
      const artifact = await generatedArtifact(${mebibytes});
      const { sentBytes } = await store.put(artifact);
      if (sentBytes !== artifact.sizeBytes) throw new Error('sent ' + sentBytes);
      console.log(Number(/^VmHWM:\\s*(\\d+) kB/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024);
    `,
    environment,
  );
}
