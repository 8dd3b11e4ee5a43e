import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../..');
const script = join(root, 'test/fixtures/inspect-executable.py');
const version = '1.0.0';

/**
 * What LIEF, which shares no code with us, finds in executables: see test/fixtures/inspect-executable.py. Installed beside
 * the other development tools when it is first asked for (10 s, 14 MB).
 */
export async function inspect(...files: string[]): Promise<unknown[]> {
  const { stdout } = await run('python3', [script, ...files], { env: { ...process.env, PYTHONPATH: await lief() } });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

async function lief(): Promise<string> {
  const cache = join(root, 'node_modules/.cache/selfsame');
  const folder = join(cache, `lief-${version}`);
  if (existsSync(folder)) return folder;
  await mkdir(cache, { recursive: true });
  const fresh = await mkdtemp(`${folder}-`);
  const pip = ['-m', 'pip', 'install', '--quiet', '--no-deps', '--target', fresh, `lief==${version}`];
  try {
    await run('python3', pip);
    await rename(fresh, folder);
  } catch (cause) {
    // Another test file may have been faster.
    if (!existsSync(folder))
      throw new Error('Cannot install LIEF, the second opinion: run apt-get install python3 python3-pip', { cause });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return folder;
}

/** What {@link inspect} says of a Mach-O executable that is as it should be, `cpu` and `blob` apart. */
export function goodMachO({ identifier, pages }: { identifier: string; pages: unknown }) {
  return {
    format: 'Mach-O',
    lastSegment: '__LINKEDIT',
    lastSegmentEndsFile: true,
    lastSegmentFits: true,
    pageMultiples: true,
    overlaps: false,
    signature: {
      magics: ['0xfade0cc0', '0xfade0c02'],
      slots: [0],
      version: '0x20400',
      flags: '0x20002',
      identifier,
      hash: [2, 32, 4096],
      specialSlots: 0,
      pages,
      wrongPages: 0,
      coversAllBefore: true,
      aligned: true,
      endsFile: true,
      fits: true,
      mainBinary: true,
    },
  };
}
