import type { Target } from '../../shared/target.ts';
import { targetOf } from '../format/elf.ts';
import { fuse, fuseDigit } from '../format/prefix.ts';
import type { Runtime } from './runtime.ts';

/** Looks at a runtime's bytes as they pass, to say what is wrong if their SHA-256 is not the table's. */
export interface MismatchDescriber {
  see(chunk: Uint8Array): void;
  /** Completes the sentence "Refused ...: ". */
  reason(): string;
}

/** An inspector for what should be the plain runtime of a target. */
export function mismatchDescriber(
  target: Target,
  { sizeBytes, package: { version } }: Pick<Runtime, 'sizeBytes' | 'package'>,
): MismatchDescriber {
  const digits = new Set<number>();
  let seenBytes = 0;
  let start = Buffer.alloc(0);
  // The end of the chunk before: the fuse may lie across two.
  let rest = Buffer.alloc(0);
  return {
    see(chunk) {
      seenBytes += chunk.length;
      if (start.length < startBytes) start = Buffer.concat([start, chunk.subarray(0, startBytes - start.length)]);
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
      const seam = Buffer.concat([rest, bytes.subarray(0, fuse.length)]);
      for (const part of [seam, bytes]) {
        for (let at = part.indexOf(fuse); at >= 0; at = part.indexOf(fuse, at + 1))
          digits.add(part[at + fuse.length] ?? 0);
      }
      rest = Buffer.from(bytes.length >= fuse.length ? bytes.subarray(-fuse.length) : seam.subarray(-fuse.length));
    },
    reason() {
      const found = platformOf(start);
      if (found === undefined) return `it is not ${formats[formatOf(target)]} file`;
      if (found !== target) return `it is built for ${found}`;
      if (digits.has(fuseDigit.carriesBlob)) return 'it carries an application already';
      if (seenBytes < sizeBytes) return `it is truncated: ${seenBytes} of ${sizeBytes} bytes`;
      if (digits.size === 0) return 'it has no fuse: it cannot carry an application';
      return `it is not Node.js ${version} as published, but another version or changed`;
    },
  };
}

const startBytes = 4096;
const formats = { linux: 'an ELF', darwin: 'a Mach-O', win: 'a PE' } as const;
const machines = {
  macho: { 0x01000007: 'darwin-x64', 0x0100000c: 'darwin-arm64' } as Readonly<Record<number, Target>>,
  pe: { 0x8664: 'win-x64' } as Readonly<Record<number, Target>>,
};

function formatOf(target: Target): keyof typeof formats {
  return target.startsWith('linux') ? 'linux' : target.startsWith('darwin') ? 'darwin' : 'win';
}

/** What a file's first bytes say it is built for; undefined if it is no executable we know. */
function platformOf(start: Buffer): string | undefined {
  if (start.length < 64) return undefined;
  if (start.readUInt32BE(0) === 0x7f454c46) {
    return targetOf(start) ?? `another machine (ELF ${start.readUInt16LE(18)})`;
  }
  if (start.readUInt32LE(0) === 0xfeedfacf) {
    const machine = start.readUInt32LE(4);
    return machines.macho[machine] ?? `another machine (Mach-O ${machine})`;
  }
  const header = start.readUInt32LE(60);
  if (start.toString('latin1', 0, 2) === 'MZ' && header + 6 <= start.length) {
    const machine = start.readUInt16LE(header + 4);
    return machines.pe[machine] ?? `another machine (PE ${machine})`;
  }
  return undefined;
}
