import { constants, existsSync, readFileSync } from 'node:fs';
import { readElf, targetOf } from '../../src/executable/format/elf.ts';
import { mayAccess } from './environment.ts';
import type { WantedArtifact } from './environment.ts';
import { pathOfOpen } from './part.ts';
import type { Provided } from './provide.ts';
import { codeOf, Failure } from './reason.ts';

const programInterpreter = 3;

/** How a variable is named that `node` itself would obey, while this runs; see src/platforms/kubernetes/manifest/env.ts. */
const kept = 'SELFSAME_ENV_';

/**
 * What the application gets: its environment as it was asked for, and what was found here.
 *
 * @param environment the runner's own.
 */
export function applicationEnvironment(
  environment: NodeJS.ProcessEnv,
  { digest, fetchMs, verifyMs, bytes }: Omit<Provided, 'handle'>,
): NodeJS.ProcessEnv {
  const restored = Object.entries(environment).filter(([name]) => name.startsWith(kept) && name !== kept);
  const rest = Object.entries(environment).filter(([name]) => !name.startsWith(kept) || name === kept);
  return {
    ...Object.fromEntries(rest),
    ...Object.fromEntries(restored.map(([name, value]) => [name.slice(kept.length), value])),
    SELFSAME_RUNNER_SHA256: digest,
    SELFSAME_RUNNER_TIMES: `fetch=${Math.round(fetchMs)} verify=${Math.round(verifyMs)}`,
    SELFSAME_RUNNER_BYTES: String(bytes),
  };
}

/**
 * Replaces this process by the executable, which keeps its process id and gets its signals.
 *
 * @throws {Failure} 74 if the system does not run it; otherwise it does not return.
 */
export async function handOver(
  wanted: WantedArtifact & Pick<Provided, 'handle'>,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<never> {
  const { file } = wanted;
  const path = await checked(wanted);
  // An experimental call, and that is nothing for the log of an application.
  process.removeAllListeners('warning');
  try {
    process.execve?.(path, [file, ...args], environment);
  } catch (error) {
    if (codeOf(error) === '') throw error;
    throw cannot(file, `the system refuses it (${codeOf(error)})`, error);
  }
  throw cannot(file, 'process.execve is missing');
}

/**
 * Before: older versions of Node.js do not say why the system refused.
 *
 * @returns what to execute: the very file that was hashed. The interpreter of a script, or an emulator, opens it
 *   by its name.
 */
async function checked({ file, folder, target, handle }: WantedArtifact & Pick<Provided, 'handle'>): Promise<string> {
  const { buffer } = await handle.read(Buffer.alloc(256), 0, 256, 0);
  const elf = await readElf(handle);
  const [, script] = /^#! *([^\s]+)/.exec(buffer.toString('latin1')) ?? [];
  if (elf === undefined && script === undefined) throw cannot(file, 'it has no executable format');
  if (elf !== undefined && targetOf(buffer) !== target) {
    throw cannot(file, `it is built for another architecture than ${process.arch}`);
  }
  const named = elf?.programHeaders.find(({ type }) => type === programInterpreter);
  const loader = Buffer.alloc(named?.fileBytes ?? 0);
  if (named !== undefined) await handle.read(loader, 0, loader.length, named.offset);
  const interpreter = script ?? loader.toString('latin1').replace(/\0.*/s, '');
  if (interpreter !== '' && !existsSync(interpreter)) {
    throw cannot(file, `its interpreter or loader ${interpreter} is missing`);
  }
  if (!mayAccess(file, constants.X_OK)) throw cannot(file, `${folder} is mounted noexec`);
  return elf === undefined || !isNative() ? file : pathOfOpen(handle);
}

/** False on an emulated processor, which shows what its host is: an emulator opens the executable by its name. */
function isNative(): boolean {
  const first = /^(flags|Features)\b/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1];
  return first === undefined || (first === 'flags') === (process.arch === 'x64');
}

function cannot(file: string, why: string, cause?: unknown): Failure {
  return new Failure(74, `cannot execute ${file}: ${why}`, cause);
}
