import { realpath, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sourceHalves } from '../../../src/toolchain/bundle.ts';
import { carry, type CarriedApplication } from '../../../src/toolchain/carry/carry.ts';
import { findProject } from '../../../src/toolchain/installed/project.ts';
import type { ScratchFolder } from '../../support/executable/scratch.ts';
import { projectOf, type ProjectFiles } from '../../support/programs/project.ts';

/** A package with dependencies, below a folder. */
function packageAt(folder: string, manifest: { name: string; version: string }, text: string): ProjectFiles {
  return { [`${folder}/${manifest.name}/package.json`]: manifest, [`${folder}/${manifest.name}/index.js`]: text };
}

const shared = { name: 'shared', version: '1.0.0', type: 'module', dependencies: { old: '1.0.0' } };
const sharedText = "import old from 'old';\nexport const said = `shared of ${old}`;\n";
const old = { name: 'old', version: '1.0.0' };
const oldText =
  "exports.__esModule = true;\nexports.default = 'never seen by a module';\nexports.toString = () => 'old';\n";
const foreign = { name: 'foreign', version: '1.0.0', os: ['darwin'] };
const one = {
  name: 'one',
  version: '1.0.0',
  dependencies: { shared: '1.0.0' },
  optionalDependencies: { foreign: '1.0.0' },
};
const oneText = `let stray, foreign;
try { stray = require('stray'); } catch { stray = 'none'; }
try { foreign = require('foreign'); } catch { foreign = 'none'; }
exports.one = [require('shared').said, stray, foreign].join();
`;
const withPeer = { ...one, peerDependencies: { stray: '1.0.0' }, peerDependenciesMeta: { stray: { optional: true } } };
const two = { name: 'two', version: '1.0.0', dependencies: { shared: '1.0.0' } };
const own = {
  'package.json': { name: 'app', version: '1.0.0', dependencies: { two: '1.0.0', one: '1.0.0', shared: '2.0.0' } },
  'app.cjs': "console.log(require('one').one, require('two').two, require('shared'));\n",
};
const newer = packageAt('node_modules', { name: 'shared', version: '2.0.0' }, "module.exports = 'newer';\n");

/** As npm and Yarn install it: a copy below each that needs it, and at the top what a tool needs. */
const nested: ProjectFiles = {
  ...own,
  ...newer,
  ...packageAt('node_modules', old, oldText),
  ...packageAt('node_modules', { name: 'stray', version: '1.0.0' }, "module.exports = 'of a tool';\n"),
  ...packageAt('node_modules', foreign, 'module.exports = 1;\n'),
  ...packageAt('node_modules', withPeer, oneText),
  ...packageAt('node_modules', two, "exports.two = require('shared').said;\n"),
  ...packageAt('node_modules/one/node_modules', shared, sharedText),
  ...packageAt('node_modules/two/node_modules', shared, sharedText),
};

/** As pnpm does: each once, and links. The order in package.json is that of Yarn. */
const store = 'node_modules/.pnpm';
const linked: ProjectFiles = {
  ...own,
  'package.json': { ...own['package.json'], dependencies: { one: '1.0.0', shared: '2.0.0', two: '1.0.0' } },
  ...newer,
  ...packageAt(`${store}/old@1.0.0/node_modules`, old, oldText),
  ...packageAt(`${store}/one@1.0.0/node_modules`, withPeer, oneText),
  ...packageAt(`${store}/two@1.0.0/node_modules`, two, "exports.two = require('shared').said;\n"),
  ...packageAt(`${store}/shared@1.0.0/node_modules`, shared, sharedText),
};
const links = {
  'node_modules/one': '.pnpm/one@1.0.0/node_modules/one',
  'node_modules/two': '.pnpm/two@1.0.0/node_modules/two',
  [`${store}/one@1.0.0/node_modules/shared`]: '../../shared@1.0.0/node_modules/shared',
  [`${store}/two@1.0.0/node_modules/shared`]: '../../shared@1.0.0/node_modules/shared',
  [`${store}/shared@1.0.0/node_modules/old`]: '../../old@1.0.0/node_modules/old',
};

const folders: ScratchFolder[] = [];
async function folderOf(files: ProjectFiles): Promise<string> {
  const folder = await projectOf(files);
  folders.push(folder);
  return realpath(folder.path);
}

async function carried(folder: string): Promise<CarriedApplication> {
  const project = await findProject(join(folder, 'app.cjs'));
  return carry({ project, halves: sourceHalves(), files: [], external: [], report: () => undefined });
}

const texts = ({ assets }: CarriedApplication) =>
  Object.fromEntries([...assets].map(([name, content]) => [name, Buffer.from(content).toString()]));

afterAll(async () => {
  for (const folder of folders) await folder[Symbol.asyncDispose]();
});

describe('carry(), whichever way packages are installed', () => {
  let byNpm: string;
  let byPnpm: string;

  beforeAll(async () => {
    byNpm = await folderOf(nested);
    byPnpm = await folderOf(linked);
    for (const [path, target] of Object.entries(links)) await symlink(target, join(byPnpm, path));
  });

  it('collects the same files: one copy, no peer of a tool, nothing for another system', async () => {
    const [copies, single] = [texts(await carried(byNpm)), texts(await carried(byPnpm))];
    expect(copies).toEqual(single);
    const bundle = copies['app/app.bundle.cjs'] ?? '';
    expect(bundle.match(/shared of/g)).toHaveLength(1);
    expect(bundle).not.toContain('of a tool');
    // As Node.js shows CommonJS to a module.
    expect(bundle).toContain('__toESM(require_old(),1)');
  });

  it('keeps a copy that was patched', async () => {
    const folder = await folderOf(nested);
    await writeFile(join(folder, 'node_modules/two/node_modules/shared/index.js'), 'export const said = "patched";\n');
    const bundle = texts(await carried(folder))['app/app.bundle.cjs'] ?? '';
    expect(bundle).toContain('shared of');
    expect(bundle).toContain('patched');
  });
});
