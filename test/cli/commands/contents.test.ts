import { describe, expect, it } from '@jest/globals';
import { digestOfFile } from '../../../src/shared/digest.ts';
import { sbomFaults } from '../../support/executable/cyclonedx.ts';
import { here } from '../../support/programs/executable-fixture.ts';
import { helloExecutable } from '../../support/programs/executables.ts';
import { runProgram } from '../../support/programs/program.ts';

describe('what an executable says of its parts', () => {
  it('self licenses prints the terms of Node.js, of selfsame and of all that is bundled, each text once', async () => {
    const { status, stdout, stderr } = await runProgram(helloExecutable, ['self', 'licenses']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^Node\.js 26\.10\.0 \(MIT\)\n\nNode\.js is licensed for use as follows:/);
    expect(stdout).toMatch(/^selfsame \d+\.\d+\.\d+ \(Apache-2\.0\)$/m);
    expect(stdout).toMatch(/^@azure\/storage-blob \d\S+ \(MIT\)$/m);
    expect(stdout).toMatch(/^hash-wasm \d\S+ \(MIT\)$/m);
    const { stdout: json } = await runProgram(helloExecutable, ['self', 'licenses', '--output', 'json']);
    const { packages } = JSON.parse(json) as { packages: { name: string; license: string; text: string }[] };
    expect(packages.length).toBeGreaterThan(100);
    expect(packages.filter(({ license }) => license === undefined)).toEqual([]);
    // Their publishers left these out.
    expect(packages.filter(({ text }) => text === '').length).toBeLessThan(5);
    for (const { text } of packages) expect(stdout.split(text).length - 1).toBeGreaterThanOrEqual(1);
  });

  it('self sbom lists it all, with the digest of the file itself', async () => {
    const { status, stdout } = await runProgram(helloExecutable, ['self', 'sbom']);
    expect(status).toBe(0);
    expect(await sbomFaults(stdout)).toBeUndefined();
    const sbom = JSON.parse(stdout) as { metadata: { component: { components: { name: string }[] } } };
    expect(sbom.metadata.component.components.find(({ name }) => name === `hello-world-${here}`)).toMatchObject({
      hashes: [{ alg: 'SHA-256', content: await digestOfFile(helloExecutable) }],
    });
  });
});
