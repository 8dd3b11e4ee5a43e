import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { access, chmod, copyFile, open, rename, rm, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { DeployError, firstLine } from '../../shared/errors.ts';
import { signAdHoc } from './codesign.ts';
import { readMachO } from '../../executable/format/macho.ts';
import { systemReason } from '../../executable/format/atomic-write.ts';
import { dropCertificate, writeChecksum } from '../../executable/format/pe.ts';

// In the npm package both are bundles.
const workerFile = new URL(`./postject-worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url);

/** Where an injected executable goes, and as what. */
export interface InjectOptions {
  readonly output: string;
  /** What macOS calls the program, in its signature, e.g. `hello-world`; without meaning elsewhere. */
  readonly identifier: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes an executable out of a runtime and a blob as Node's documentation does, with postject, for the platforms whose
 * format we do not write ourselves: a Mach-O file is signed ad hoc, a PE file loses its stale signature. A development
 * tool: slow, hungry, never part of an application.
 *
 * @param runtime path of the plain Node binary.
 * @throws {DeployError} `runtime-refused` if postject cannot use the runtime, `output-refused` if the system will not have
 *   the output; nothing is left behind.
 */
export async function injectBlob(
  runtime: string,
  blob: Uint8Array,
  { output, identifier, signal }: InjectOptions,
): Promise<void> {
  await access(runtime, constants.R_OK);
  const neighbour = join(dirname(output), `.${basename(output)}.${randomUUID()}`);
  try {
    const mode = await modeOfNew(neighbour);
    await copyFile(runtime, neighbour, constants.COPYFILE_FICLONE);
    await chmod(neighbour, mode);
    await change(neighbour, dropCertificate);
    await inject(neighbour, blob, signal);
    await change(neighbour, async (file) => {
      await writeChecksum(file, signal);
      if (await readMachO(file)) await signAdHoc(file, { identifier, signal });
    });
    await rename(neighbour, output);
  } catch (cause) {
    const reason = systemReason(cause);
    if (reason === undefined) throw cause;
    throw new DeployError('output-refused', `Cannot write "${output}": ${reason}`, {
      hint: 'Name a file in a folder that you can write, with room for it.',
      cause,
    });
  } finally {
    await rm(neighbour, { force: true });
  }
}

/** Makes the file, and tells what the umask leaves of the mode of a program: a copy takes that of what it is copied from. */
async function modeOfNew(path: string): Promise<number> {
  const file = await open(path, 'wx', 0o755);
  try {
    return (await file.stat()).mode;
  } finally {
    await file.close();
  }
}

async function change(path: string, edit: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await edit(file);
  } finally {
    await file.close();
  }
}

async function inject(file: string, blob: Uint8Array, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  // postject's own messages stay unread: what matters of them comes as an error.
  const worker = new Worker(workerFile, {
    workerData: { file, blob },
    stdout: true,
    stderr: true,
  });
  try {
    await once(worker, 'exit', { signal });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new DeployError('runtime-refused', `Cannot put the application into the runtime: ${firstLine(cause)}`, {
      hint: 'Start from the runtime that Node.js publishes for the target.',
      cause,
    });
  } finally {
    await worker.terminate();
  }
}
