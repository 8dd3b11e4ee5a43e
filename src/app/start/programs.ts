// Programs that packages bring along, such as esbuild's: the system starts those in real folders alone.
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

interface SpawnRequest {
  readonly file: string;
}

/**
 * Lets programs of the executable's file system be started, from a temporary folder that goes when they have ended.
 *
 * @param root where it is mounted.
 */
export function startProgramsOf(root: string): void {
  const childProcess = process.getBuiltinModule('node:child_process');
  const isInside = (file: unknown): file is string => typeof file === 'string' && file.startsWith(`${root}/`);
  // What spawn, execFile and fork come down to.
  type Begin = (this: ChildProcess, request: SpawnRequest) => unknown;
  const prototype = childProcess.ChildProcess.prototype as unknown as { spawn: Begin };
  const begin = Reflect.get(prototype, 'spawn');
  prototype.spawn = function (this: ChildProcess, request: SpawnRequest): unknown {
    if (!isInside(request.file)) return Reflect.apply(begin, this, [request]);
    const copy = realProgram(request.file);
    this.once('close', copy.remove);
    this.once('error', copy.remove);
    return Reflect.apply(begin, this, [{ ...request, file: copy.file }]);
  };
  const { spawnSync, execFileSync } = childProcess;
  type Synchronous = (file: string, ...rest: unknown[]) => unknown;
  const copied =
    (real: Synchronous): Synchronous =>
    (file, ...rest) => {
      if (!isInside(file)) return real(file, ...rest);
      const copy = realProgram(file);
      try {
        return real(copy.file, ...rest);
      } finally {
        copy.remove();
      }
    };
  Object.assign(childProcess, {
    spawnSync: copied(spawnSync as Synchronous),
    execFileSync: copied(execFileSync as Synchronous),
  });
  syncBuiltinESMExports();
}

function realProgram(path: string): { readonly file: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'selfsame-program-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  const file = join(folder, basename(path));
  writeFileSync(file, readFileSync(path), { mode: 0o700 });
  return {
    file,
    remove() {
      process.off('exit', remove);
      remove();
    },
  };
}
