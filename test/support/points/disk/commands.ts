import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { defaultCacheFolder } from '../../../../src/executable/runtimes/cache.ts';
import { prefixFile, runtimeFile } from '../../../../src/executable/runtimes/runtimes.ts';
import { hostTarget, type Target } from '../../../../src/shared/target.ts';
import { artifactOf, generatedArtifact } from '../../programs/artifact.ts';
import { helloExecutable } from '../../programs/executables.ts';
import type { Disk, DiskProgram } from './place.ts';

/** A command that writes on the disk of who gives it. */
export interface DiskCommand {
  readonly title: string;
  /** Makes what is there before. */
  readonly before?: (disk: Disk) => Promise<void>;
  readonly run: (folder: string) => DiskProgram;
}

const stored = await generatedArtifact(3);

async function put({ seen }: Disk, path: string, content: string | Uint8Array, isOld = false): Promise<void> {
  const file = join(seen, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content);
  if (isOld) await utimes(file, new Date(0), new Date(0));
}

async function putStored(disk: Disk): Promise<void> {
  const chunks = await Array.fromAsync(stored.open());
  await put(disk, join('store', stored.version, stored.name), Buffer.concat(chunks), true);
}

const child =
  (name: string, words: (folder: string) => readonly string[], env: DiskProgram['env'] = {}) =>
  (folder: string): DiskProgram => ({
    file: process.execPath,
    words: [join(import.meta.dirname, name), ...words(folder)],
    env,
  });

/** Where runtimes are already: to keep one is a point of another command. */
const userCache = { XDG_CACHE_HOME: dirname(defaultCacheFolder()) };

const storeWork = (work: string) => child('store-program.ts', (folder) => [work, `file://${folder}/store`]);

const application = `import { selfsame } from 'selfsame';
void selfsame({ name: 'shop', main: () => undefined });
`;

const program =
  (words: (folder: string) => readonly string[], more: Partial<DiskProgram> = {}) =>
  (folder: string): DiskProgram => ({ file: helloExecutable, words: words(folder), ...more });

const rebuild = (target: Target) => (folder: string) => ['self', 'rebuild', '--target', target, '-o', `${folder}/out`];

const here = hostTarget() === 'linux-arm64' ? 'linux-arm64' : 'linux-x64';
const elsewhere = here === 'linux-x64' ? 'linux-arm64' : 'linux-x64';
await prefixFile(here);
const source = { SELFSAME_RUNTIME_SOURCE: await runtimeFile(elsewhere) };

const anotherArtifact = await artifactOf('of another application', 'other');
const another = join('store', anotherArtifact.version, 'other');

export const diskCommands: readonly DiskCommand[] = [
  { title: 'store, new', before: async (disk) => put(disk, another, 'of another application'), run: storeWork('put') },
  { title: 'store, there', before: putStored, run: storeWork('put') },
  {
    title: 'store, damaged',
    before: async (disk) => put(disk, join('store', stored.version, stored.name), 'damaged'),
    run: storeWork('put'),
  },
  { title: 'store, collect', before: putStored, run: storeWork('collect') },
  { title: 'store, remove', before: putStored, run: storeWork('remove') },
  { title: 'rebuild', before: async (disk) => put(disk, 'out', 'of before'), run: program(rebuild(here)) },
  {
    title: 'rebuild for another machine',
    before: async (disk) => put(disk, 'out', 'of before'),
    run: program(rebuild(elsewhere), { env: source }),
  },
  {
    title: 'build',
    async before(disk) {
      await put(disk, 'project/package.json', '{ "name": "shop", "version": "1.0.0", "type": "module" }');
      await put(disk, 'project/app.ts', application);
    },
    run: child('build-program.ts', (folder) => [`${folder}/project/app.ts`], userCache),
  },
  { title: 'local', run: program(() => ['--local', '--replicas', '1'], { isEndedWhenReady: true }) },
];
