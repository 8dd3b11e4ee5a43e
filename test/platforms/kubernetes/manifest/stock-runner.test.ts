import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  stockCommand,
  stockMount,
  wrongRunnerStatus,
} from '../../../../src/platforms/kubernetes/manifest/stock-runner.ts';
import { digestOf } from '../../../../src/shared/digest.ts';
import { scratchFolder } from '../../../support/executable/scratch.ts';
import { installedRuntime } from '../../../support/programs/executable-fixture.ts';
import { type EndedProgram, runProgram } from '../../../support/programs/program.ts';

const script = 'console.log(JSON.stringify([process.argv.slice(1), typeof require, __filename]))';

describe('the command of a stock image', () => {
  it('runs the script that it was made for, with the words of the application', async () => {
    const { status, stdout, path } = await started(script, ['--http', ':8080', '-e', '--', '']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual([[path, '--http', ':8080', '-e', '--', ''], 'function', path]);
  });

  it('runs nothing else, be it a byte', async () => {
    const { status, stdout, stderr } = await started(`${script} `, [], { madeFor: script });
    expect([status, stdout]).toEqual([wrongRunnerStatus, '']);
    expect(stderr).toMatch(/^selfsame runner: .*runner\.cjs is not the one with the SHA-256 [0-9a-f]{64}\n$/);
  });

  it('opens no debugger', async () => {
    const { stdout, stderr } = await started(
      "process.kill(process.pid, 'SIGUSR1'); setTimeout(() => console.log('on'), 500)",
    );
    expect([stdout, stderr]).toEqual(['on\n', '']);
  });

  it('has nothing that Kubernetes would expand', async () => {
    expect((await commandFor(script)).join('')).not.toContain('$');
  });
});

async function commandFor(text: string): Promise<string[]> {
  return stockCommand({ kind: 'stock', script: text, digest: await digestOf([Buffer.from(text)]) });
}

async function started(
  text: string,
  words: readonly string[] = [],
  { madeFor = text } = {},
): Promise<EndedProgram & { readonly path: string }> {
  await using folder = await scratchFolder();
  const path = join(folder.path, 'runner.cjs');
  await writeFile(path, text);
  const [, ...rest] = await commandFor(madeFor);
  const command = rest.map((word) => word.replaceAll(stockMount.mountPath, folder.path));
  return { path, ...(await runProgram(installedRuntime, [...command, ...words])) };
}
