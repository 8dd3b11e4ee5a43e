import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { writeBlob } from '../../src/executable/format/blob.ts';
import { packageListIn, packagesAsset, type LicensedPackage } from '../../src/executable/packages/package-list.ts';
import { sourceHalves } from '../../src/toolchain/bundle.ts';
import { carry } from '../../src/toolchain/carry/carry.ts';
import { packageIn } from '../../src/toolchain/installed/packages.ts';
import { licensed } from '../../src/toolchain/installed/license-texts.ts';
import { findProject } from '../../src/toolchain/installed/project.ts';
import { packageListOf, writePackageList } from '../../src/toolchain/package-list.ts';
import { projectOf } from '../support/programs/project.ts';

const node: LicensedPackage = { name: 'Node.js', version: '26.10.0', license: 'MIT', texts: ['node'] };

function blobWith(assets: [string, Uint8Array][]): Uint8Array {
  return writeBlob({ mainPath: 'main.cjs', code: Buffer.from(''), assets });
}

describe('the list of packages', () => {
  it('finds in packages all that their terms stand in, and what they declare', async () => {
    await using folder = await projectOf({
      'node_modules/one/package.json': { name: 'one', version: '1.0.0', license: 'Apache-2.0' },
      'node_modules/one/LICENSE': '\uFEFF\r\nterms\r\nof one\r\n\r\n',
      'node_modules/one/NOTICE.txt': 'made by one\n',
      'node_modules/one/ThirdPartyNotices.md': 'and others\n',
      'node_modules/one/license.js': 'module.exports = 1;\n',
      'node_modules/one/licenses.json': '[]',
      'node_modules/old/package.json': { name: 'old', version: '0.1.0', licenses: [{ type: 'MIT' }, { type: 'BSD' }] },
      'node_modules/old/UNLICENSE': 'terms\nof one',
      'node_modules/none/package.json': { name: 'none', version: '2.0.0' },
    });
    const at = await realpath(folder.path);
    const found = ['one', 'old', 'none'].map((name) => {
      const of = packageIn(`${at}/node_modules/${name}`);
      return of === undefined ? undefined : licensed(of);
    });
    expect(found).toEqual([
      { name: 'one', version: '1.0.0', license: 'Apache-2.0', texts: ['terms\nof one', 'made by one', 'and others'] },
      { name: 'old', version: '0.1.0', license: '(MIT OR BSD)', texts: ['terms\nof one'] },
      { name: 'none', version: '2.0.0', license: undefined, texts: [] },
    ]);
  });

  it('has the packages in what a framework has built, with the texts that its output leaves out', async () => {
    const one = { name: 'one', version: '1.0.0', license: 'MIT' };
    await using folder = await projectOf({
      'package.json': { name: 'shop', dependencies: { one: '1.0.0' } },
      'server.js': "import './build/handler.js';\n",
      'build/handler.js': "import one from 'one';\nconsole.log(one);\n",
      'build/node_modules/one/package.json': one,
      'build/node_modules/one/index.js': 'module.exports = 1;\n',
      'build/node_modules/two/package.json': { ...one, name: 'two' },
      'node_modules/one/package.json': one,
      'node_modules/one/index.js': 'module.exports = 1;\n',
      'node_modules/one/LICENSE': 'terms of one\n',
    });
    const project = await findProject(join(await realpath(folder.path), 'server.js'));
    const carried = await carry({ project, halves: sourceHalves(), files: [], external: [], report: () => undefined });
    expect(packageListOf(project, carried, { node, packages: [] }).packages).toEqual([
      { ...one, texts: ['terms of one'], parts: ['application'] },
      { ...one, name: 'two', texts: [], parts: ['application'] },
    ]);
  });

  it('is read as it was written, with each package once', () => {
    const both = { name: 'both', version: '1.0.0', license: 'MIT', texts: ['same'] };
    const own = { node, packages: [{ ...both, name: 'selfsame' }, both] };
    const project = { entry: '', folder: '', base: '', manifest: { name: 'shop', version: '3.0.0', license: 'MIT' } };
    const list = packageListOf(project, { licensed: [both] }, own);
    expect(packageListIn(blobWith([[packagesAsset, writePackageList(list)]]))).toEqual({
      application: { name: 'shop', version: '3.0.0', license: 'MIT' },
      node,
      packages: [
        { ...both, parts: ['application', 'selfsame'] },
        { ...both, name: 'selfsame', parts: ['selfsame'] },
      ],
    });
  });

  it.each<[string, [string, Uint8Array][]]>([
    ['it has none', []],
    ['it is damaged', [[packagesAsset, Buffer.from('no list')]]],
    ['it is damaged', [[packagesAsset, writePackageList({ application: {}, node, packages: [] }).subarray(0, -9)]]],
  ])('is refused where %s', (reason, assets) => {
    expect(() => packageListIn(blobWith(assets))).toThrow(
      expect.objectContaining({ code: 'executable-damaged', message: expect.stringContaining(reason) }),
    );
  });
});
