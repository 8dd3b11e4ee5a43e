import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { isDeepStrictEqual, promisify } from 'node:util';
import { ArchiveError } from '../executable/runtimes/archive.ts';
import { download, downloadReason, isForeign } from '../executable/runtimes/download.ts';
import type { Network } from '../executable/runtimes/npm-network.ts';
import { runtimes } from '../executable/runtimes/runtimes-table.ts';
import { localSource } from '../executable/runtimes/sources.ts';
import { digestOf, digestOfFile } from '../shared/digest.ts';
import type { Target } from '../shared/target.ts';
import { describeRuntime, RuntimeRefusal } from './runtimes-table.ts';

/** One thing that the table of runtimes was held against. */
export interface RuntimeCheck {
  /** In words. */
  readonly what: string;
  /** What could not be had is never called the same. */
  readonly state: 'same' | 'differs' | 'not checked';
  readonly note?: string | undefined;
}

type Found = Omit<RuntimeCheck, 'what'>;

/** Makes the entries of the table anew from the packages of npm's registry, and compares them with it. */
export async function* checkPackages(
  targets: readonly Target[],
  { network }: { readonly network: Network },
): AsyncGenerator<RuntimeCheck> {
  for (const target of targets) {
    const { package: of } = runtimes[target];
    yield await checked(`${of.name} ${of.version} in npm's registry`, async (folder) => {
      const entry = await describeRuntime(target, { version: of.version, folder, network });
      return isDeepStrictEqual(entry, runtimes[target])
        ? { state: 'same' }
        : differs('the table does not say what is in it');
    });
  }
}

interface DistOptions {
  readonly network: Network;
  /** Of nodejs.org/dist, or a mirror of it. */
  readonly dist: string;
  /** A file of the keys that may sign; absent: gpgv's own. */
  readonly keyring?: string | undefined;
}

/** Compares the table with the list of SHA-256 that nodejs.org signs, and with the files that are in it. */
export async function* checkDist(
  targets: readonly Target[],
  { network, dist, keyring }: DistOptions,
): AsyncGenerator<RuntimeCheck> {
  const version = `v${runtimes['linux-x64'].package.version}`;
  const at = (path: string): string => `${dist.replace(/\/?$/, '/')}${path}`;
  let list: string | undefined;
  yield await checked(`the signature of ${version}/SHASUMS256.txt`, async (folder) => {
    const file = join(folder, 'SHASUMS256.txt.asc');
    list = await text(download(at(`${version}/SHASUMS256.txt.asc`), { network }));
    await writeFile(file, list);
    const found = await clearSigned(file, keyring);
    // Other text than what is signed may stand around it.
    list = found.text ?? list;
    return found;
  });
  for (const target of targets) {
    const runtime = runtimes[target];
    yield await checked(`${runtime.distPath} in the list and the table`, async (folder) => {
      if (list === undefined) return notChecked('there is no list');
      const path = join(folder, runtime.distPath);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, download(at(runtime.distPath), { network }));
      const line = `${await digestOfFile(path)}  ${runtime.distPath.slice(version.length + 1)}`;
      if (!list.split(/\r?\n/).includes(line)) return differs('the list does not have the SHA-256 of that file');
      const inside = await digestOf(localSource(folder).open(runtime));
      return inside === runtime.digest ? { state: 'same' } : differs('the table has the SHA-256 of another Node.js');
    });
  }
}

/** @param file of a text that is signed as OpenPGP does it (RFC 9580, section 7). */
async function clearSigned(file: string, keyring?: string): Promise<Found & { readonly text?: string }> {
  const signed = `${file}.signed`;
  const keys = keyring === undefined ? [] : ['--keyring', resolve(keyring)];
  const { code, stdout } = await run('gpgv', ['--status-fd', '1', ...keys, '--output', signed, file]);
  if (code === 'ENOENT') return notChecked('there is no gpgv here');
  const [, by] = /^\[GNUPG:\] VALIDSIG (\w+)/m.exec(stdout) ?? [];
  if (code === 0 && by !== undefined) {
    return { state: 'same', note: `by the key ${by}`, text: await readFile(signed, 'utf8') };
  }
  if (/^\[GNUPG:\] BADSIG/m.test(stdout)) return differs('it is not over this text');
  const [, missing] = /^\[GNUPG:\] NO_PUBKEY (\w+)/m.exec(stdout) ?? [];
  if (missing !== undefined) return notChecked(`the keyring does not have the key ${missing}`);
  return /^-----BEGIN PGP SIGNED MESSAGE-----/m.test(await readFile(file, 'utf8'))
    ? notChecked('gpgv cannot read the keyring')
    : differs('it has none');
}

async function run(program: string, words: readonly string[]): Promise<{ code: unknown; stdout: string }> {
  try {
    return { code: 0, stdout: (await promisify(execFile)(program, words)).stdout };
  } catch (error) {
    const { code, stdout = '' } = error as { readonly code?: unknown; readonly stdout?: string };
    return { code, stdout };
  }
}

/** Looks at something with a folder of its own. What cannot be reached is no difference. */
async function checked(what: string, look: (folder: string) => Promise<Found>): Promise<RuntimeCheck> {
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-runtimes-'));
  try {
    const { state, note } = await look(folder);
    return { what, state, note };
  } catch (error) {
    if (error instanceof ArchiveError || error instanceof RuntimeRefusal) return { what, ...differs(error.message) };
    if (isForeign(error)) return { what, ...notChecked(downloadReason(error)) };
    throw error;
  } finally {
    await rm(folder, { recursive: true });
  }
}

function differs(note: string): Found {
  return { state: 'differs', note };
}

function notChecked(note: string): Found {
  return { state: 'not checked', note };
}
