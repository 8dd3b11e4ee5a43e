import { expect, it } from '@jest/globals';
import { sbomOf } from '../../../src/executable/packages/sbom.ts';
import type { PackageList } from '../../../src/executable/packages/package-list.ts';
import { runtimes } from '../../../src/executable/runtimes/runtimes-table.ts';
import type { Digest } from '../../../src/shared/digest.ts';
import { sbomFaults } from '../../support/executable/cyclonedx.ts';

const list: PackageList = {
  application: { name: 'shop', version: '1.2.3', license: 'UNLICENSED' },
  node: { name: 'Node.js', version: '26.10.0', license: 'MIT', texts: [] },
  packages: [
    { name: '@scope/one', version: '1.0.0+build', license: '(MIT OR Apache-2.0)', texts: [], parts: ['application'] },
    { name: 'other', version: '2.0.0', license: 'SEE LICENSE IN terms.txt', texts: [], parts: ['selfsame'] },
    { name: 'silent', version: '3.0.0', texts: [], parts: ['application', 'selfsame'] },
  ],
};

const digestOf = (digit: string): Digest => digit.repeat(64) as Digest;
const subject = (digit: string) => ({
  name: 'shop',
  release: digestOf('a'),
  files: [{ target: 'linux-x64' as const, name: 'shop-linux-x64', digest: digestOf(digit) }],
});

it('sbomOf() writes what CycloneDX 1.6 asks for, whatever packages declare', async () => {
  const sbom = sbomOf(list, subject('b'));
  expect(await sbomFaults(JSON.stringify(sbom))).toBeUndefined();
  expect(sbom).toMatchObject({
    metadata: {
      component: {
        name: 'shop',
        version: '1.2.3',
        licenses: [{ license: { name: 'UNLICENSED' } }],
        components: [{ hashes: [{ content: digestOf('b') }] }],
      },
    },
    components: [
      { name: 'Node.js', components: [{ hashes: [{ content: runtimes['linux-x64'].digest }] }] },
      {
        group: '@scope',
        name: 'one',
        purl: 'pkg:npm/%40scope/one@1.0.0%2Bbuild',
        licenses: [{ expression: '(MIT OR Apache-2.0)' }],
      },
      { name: 'other', licenses: [{ license: { name: 'SEE LICENSE IN terms.txt' } }] },
      { name: 'silent' },
    ],
  });
});

it('sbomOf() gives the same executables the same document, and others another serial number', () => {
  const [one, again, other] = ['b', 'b', 'c'].map((digit) => sbomOf(list, subject(digit)));
  expect(again).toEqual(one);
  expect(other).not.toMatchObject({ serialNumber: (one as { serialNumber: string }).serialNumber });
  expect(one).toMatchObject({
    serialNumber: expect.stringMatching(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    ),
  });
});
