import { bytesOfFile } from '../../src/executable/format/bytes.ts';
import type { Bytes } from '../../src/executable/format/bytes.ts';
import { prefixOf, tailOf } from '../../src/executable/format/prefix.ts';
import { runtimes } from '../../src/executable/runtimes/runtimes-table.ts';
import type { LinuxTarget } from '../../src/shared/target.ts';
import type { WantedArtifact } from './environment.ts';
import { sizeOf } from './part.ts';

/** The first part of the executable, made of the Node.js that runs this. */
export interface OwnPrefix {
  readonly sizeBytes: number;
  readonly digest: string;
  open(): AsyncIterable<Uint8Array>;
  /** The second part, with a blob in it. */
  tailOf(blob: Bytes): Bytes;
}

/** The Node.js that executables for a target are made of. */
export function neededNode(target: LinuxTarget): string {
  return `v${runtimes[target].package.version}`;
}

/**
 * Looks whether this Node.js is the one that the executable is made of; its bytes are read later, and hashed then.
 *
 * @returns what is wrong, in words, if it is another one.
 */
export async function ownPrefix({ target, prefix: wanted }: WantedArtifact): Promise<OwnPrefix | string> {
  const { prefix, sizeBytes } = runtimes[target];
  const [needed, has] = [neededNode(target), process.version];
  if (wanted !== undefined && wanted !== prefix.digest) return `Node.js ${has}, the executable another one`;
  if (has !== needed) return `Node.js ${has}, not ${needed}`;
  const size = await sizeOf(process.execPath);
  if (size !== sizeBytes) return `another build of Node.js ${has} (${size} bytes, not ${sizeBytes})`;
  return {
    sizeBytes: prefix.sizeBytes,
    digest: prefix.digest,
    open: () => prefixOf(bytesOfFile(process.execPath, 0, sizeBytes).open({ ring: 2 }), prefix),
    tailOf: (blob) => tailOf(prefix, blob),
  };
}
