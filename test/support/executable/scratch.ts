import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that goes with the block that uses it. */
export interface ScratchFolder extends AsyncDisposable {
  readonly path: string;
}

export async function scratchFolder(): Promise<ScratchFolder> {
  const path = await mkdtemp(join(tmpdir(), 'selfsame-executable-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

/** A file in a folder of its own, open for reading and writing; both go with the block that uses it. */
export interface ScratchFile extends AsyncDisposable {
  readonly path: string;
  readonly file: FileHandle;
}

export async function scratchFile(content: Uint8Array): Promise<ScratchFile> {
  const folder = await scratchFolder();
  const path = join(folder.path, 'file');
  await writeFile(path, content);
  const file = await open(path, 'r+');
  return {
    path,
    file,
    async [Symbol.asyncDispose]() {
      await file.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}
