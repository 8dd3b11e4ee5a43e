import { createHash } from 'node:crypto';
import { access, constants, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Artifact } from '../../executable/format/artifact.ts';
import { bytesOfFile } from '../../executable/format/bytes.ts';
import { assertDigest } from '../../executable/format/assert-digest.ts';
import { targetOf } from '../../executable/format/elf.ts';
import { makeFolders } from '../../executable/format/make-folders.ts';
import { replaceFile, systemReason, writeAll } from '../../executable/format/atomic-write.ts';
import { isDigest } from '../../shared/digest.ts';
import { DeployError } from '../../shared/errors.ts';
import type { Target } from '../../shared/target.ts';
import { touchFile, lookAt, removeIfOld } from './date.ts';
import { placesBelow } from '../object-name.ts';
import { isSound } from '../sound.ts';
import { touch } from '../touch.ts';
import type { StoredArtifact, StoredBytes, UrlStore } from '../store.ts';

/**
 * Reads `--store file:///path`.
 *
 * @returns the folder's path.
 * @throws {DeployError} `bad-store` if it names none on this machine.
 */
export function parseFileAddress(text: string): string {
  const url = URL.parse(text.trim());
  if (url === null || url.protocol !== 'file:' || url.host !== '' || url.search !== '' || url.hash !== '') {
    throw new DeployError('bad-store', 'Cannot read --store as the address of a folder', {
      hint: 'Pass --store file:///path/of/the/folder.',
    });
  }
  return fileURLToPath(url).replace(/(?<=.)\/+$/, '');
}

interface FileSettings {
  /** Where the folder is served; without it no pod can read. */
  readonly publicUrl: string | undefined;
  readonly freshMs?: number | undefined;
}

/**
 * A store in a folder: of a web server, or of a volume that one serves. Objects are files, named as on Azure; each is whole,
 * and comes to be by taking its name at the end. Nothing is shared between versions: here to copy is to write.
 */
export function fileStore(folder: string, { publicUrl, freshMs }: FileSettings): UrlStore {
  const address = `file://${folder}`;
  const accessText = `public at ${publicUrl ?? 'no address'}`;
  const pathOf = ({ version, name }: Pick<Artifact, 'version' | 'name'>) => join(folder, version, name);
  const placeOf = placesBelow(publicUrl ?? address);

  const read = async (artifact: Pick<Artifact, 'version' | 'name'>): Promise<StoredBytes | undefined> => {
    const path = pathOf(artifact);
    const found = await explaining(address, async () => lookAt(path));
    return found && { sizeBytes: found.size, open: () => bytesOfFile(path, 0, found.size).open() };
  };

  return {
    address,
    access: accessText,
    placeOf,

    async check({ signal } = {}) {
      signal?.throwIfAborted();
      if (publicUrl === undefined) throw unreadable(address);
      await explaining(address, async () => {
        await readdir(folder);
        await access(folder, constants.W_OK);
      });
    },

    async has(artifact) {
      return (await explaining(address, async () => lookAt(pathOf(artifact)))) !== undefined;
    },

    async put(artifact, options = {}) {
      const { signal, onProgress } = options;
      signal?.throwIfAborted();
      const path = pathOf(artifact);
      const there = await explaining(address, async () => lookAt(path));
      const isRight =
        there !== undefined &&
        (await isSound(artifact, { sizeBytes: there.size, read: async () => read(artifact) }, { address, ...options }));
      const found = isRight ? there : undefined;
      const anew = async () => explaining(address, async () => touchFile(path));
      if (found !== undefined && (await touch({ storedAt: found.mtime, freshMs, address, options, setDate: anew })))
        return { sentBytes: 0, reusedBytes: 0 };
      let sentBytes = 0;
      await explaining(address, async () => {
        // Not the folder itself: where it is missing, a volume may be.
        await readdir(folder);
        await makeFolders(join(folder, artifact.version));
        const hash = createHash('sha256');
        // Two that write the same put the same in its place.
        await replaceFile(
          path,
          async (file) => {
            for await (const chunk of artifact.open()) {
              signal?.throwIfAborted();
              hash.update(chunk);
              await writeAll(file, chunk);
              sentBytes += chunk.length;
              onProgress?.(sentBytes, artifact.sizeBytes);
            }
            signal?.throwIfAborted();
            assertDigest(artifact, hash);
          },
          { mode: 0o644 },
        );
      });
      return { sentBytes, reusedBytes: 0 };
    },

    async source(artifact) {
      if (publicUrl === undefined) throw unreadable(address);
      return { ...(await placeOf(artifact)), access: accessText };
    },

    async accessOf() {
      return { access: 'public address' };
    },

    async list() {
      return explaining(address, async () => {
        const versions = (await readdir(folder)).filter(isDigest);
        const found = await Promise.all(
          versions.map(async (version) => {
            const names = (await readdir(join(folder, version))).filter((name) => !name.startsWith('.'));
            return Promise.all(names.map(async (name) => storedIn(folder, { version, name })));
          }),
        );
        return found.flat();
      });
    },

    async remove(version) {
      await explaining(address, async () => rm(join(folder, version), { recursive: true, force: true }));
    },

    read,

    async removeUnused(artifacts, { before, signal }) {
      const removed: (typeof artifacts)[number][] = [];
      for (const artifact of artifacts) {
        signal?.throwIfAborted();
        if (await explaining(address, async () => removeIfOld(pathOf(artifact), before))) removed.push(artifact);
      }
      return removed;
    },
  };
}

async function storedIn(
  folder: string,
  { version, name }: Pick<StoredArtifact, 'version' | 'name'>,
): Promise<StoredArtifact> {
  const path = join(folder, version, name);
  const { size: sizeBytes, mtimeMs } = await stat(path);
  const target = await targetIn(path);
  return { version, name, sizeBytes, storedAt: new Date(mtimeMs), target };
}

/** An executable says itself what it is for. */
async function targetIn(path: string): Promise<Target | undefined> {
  const file = await open(path);
  const header = new Uint8Array(20);
  const { bytesRead } = await file.read(header).finally(async () => file.close());
  const isElf = bytesRead === header.length && Buffer.from(header.subarray(0, 4)).toString('latin1') === '\x7fELF';
  return isElf ? targetOf(header) : undefined;
}

/** Does something with files; what the system refuses becomes an error the user can act on. */
async function explaining<T>(address: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const reason = systemReason(cause);
    if (reason === undefined) throw cause;
    const isDenied = ['EACCES', 'EPERM', 'EROFS'].includes((cause as NodeJS.ErrnoException).code ?? '');
    throw new DeployError(isDenied ? 'store-denied' : 'store-unreachable', `Cannot use ${address}: ${reason}`, {
      hint: isDenied
        ? 'Give yourself the right to write there.'
        : 'Check --store; make the folder, or mount its volume.',
      cause,
    });
  }
}

function unreadable(address: string): DeployError {
  return new DeployError('bad-store', `Nobody can fetch from ${address}: it is a folder without an address`, {
    hint: 'Pass --store-url with the address at which a web server serves that folder.',
  });
}
