import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { isDigest } from '../../src/shared/digest.ts';
import type { Digest } from '../../src/shared/digest.ts';
import type { LinuxTarget } from '../../src/shared/target.ts';
import { codeOf, Failure } from './reason.ts';

/** What is to be run, and where it is to be had. */
export interface WantedArtifact {
  readonly target: LinuxTarget;
  readonly name: string;
  readonly folder: string;
  readonly file: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** Of the first part, which many executables share. */
  readonly prefix?: Digest;
  readonly blob?: WantedBlob;
  readonly remote?: Remote;
}

/** The application in a folder: files `000`, `001`, ... that joined are its blob, compressed with zstd. */
export interface WantedBlob {
  readonly folder: string;
  /** Of what they hold. */
  readonly digest: Digest;
  readonly sizeBytes: number;
}

/** Where the whole executable is. */
export interface Remote {
  /** Without its query. */
  readonly url: string;
  /** Those that may hold the query: of this executable alone, of all. */
  readonly queryFiles: readonly string[];
  readonly caFile?: string | undefined;
  readonly fetchLimitMs: number;
  readonly deniedLimitMs: number;
  readonly stallLimitMs: number;
}

/**
 * Reads what runner/run.sh reads as well; what is ours alone is told in main.ts.
 *
 * @throws {Failure} 64, 65 or 73.
 */
export function readEnvironment(environment: NodeJS.ProcessEnv): WantedArtifact {
  const target = targetHere();
  const arch = target === 'linux-x64' ? 'X64' : 'ARM64';
  const read = (name: string): string | undefined => environment[name] || undefined;
  const [url, blobFolder] = [read(`SELFSAME_URL_${arch}`), read('SELFSAME_BLOB_DIR')];
  if ((url === undefined && blobFolder === undefined) || read(`SELFSAME_SHA256_${arch}`) === undefined) {
    const missing = blobFolder === undefined && url === undefined ? 'URL' : 'SHA256';
    throw new Failure(65, `${notForThis()}: SELFSAME_${missing}_${arch} is not set`);
  }
  const digestIn = (name: string): Digest => readDigest(name, environment);
  const numberIn = (name: string, otherwise?: string): number => parseNumber(name, read(name) ?? otherwise ?? '');
  const name = read('SELFSAME_NAME') ?? '';
  if (!/^\w[\w.-]*$/.test(name)) throw new Failure(64, 'SELFSAME_NAME is no file name');
  const folder = read('SELFSAME_DIR') ?? '/selfsame';
  const digest = digestIn(`SELFSAME_SHA256_${arch}`);
  const [queryFile, caFile] = [read('SELFSAME_QUERY_FILE'), read('SELFSAME_CA_FILE')];
  const wanted: WantedArtifact = {
    target,
    name,
    folder,
    file: join(folder, name),
    digest,
    sizeBytes: numberIn(`SELFSAME_SIZE_${arch}`),
    ...(read(`SELFSAME_PREFIX_SHA256_${arch}`) !== undefined && { prefix: digestIn(`SELFSAME_PREFIX_SHA256_${arch}`) }),
    ...(blobFolder !== undefined && {
      blob: {
        folder: blobFolder,
        digest: digestIn('SELFSAME_BLOB_SHA256'),
        sizeBytes: numberIn('SELFSAME_BLOB_SIZE'),
      },
    }),
    ...(url !== undefined && {
      remote: {
        url: parseUrl(`SELFSAME_URL_${arch}`, url),
        queryFiles: queryFile === undefined ? [] : [`${queryFile}.${digest}`, queryFile],
        caFile,
        fetchLimitMs: 1000 * numberIn('SELFSAME_FETCH_LIMIT', '300'),
        deniedLimitMs: 1000 * numberIn('SELFSAME_DENIED_LIMIT', '45'),
        stallLimitMs: 1000 * numberIn('SELFSAME_STALL_LIMIT', '20'),
      },
    }),
  };
  if (wanted.remote?.caFile !== undefined && !mayAccess(wanted.remote.caFile, constants.R_OK)) {
    throw new Failure(64, `cannot read SELFSAME_CA_FILE ${wanted.remote.caFile}`);
  }
  if (!mayAccess(folder, constants.W_OK)) throw new Failure(73, `cannot write to the folder ${folder}`);
  return wanted;
}

/** True if the system lets us, where it can be known without trying. */
export function mayAccess(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch (error) {
    if (codeOf(error) === '') throw error;
    return false;
  }
}

function targetHere(): LinuxTarget {
  if (process.platform === 'linux' && process.arch === 'x64') return 'linux-x64';
  if (process.platform === 'linux' && process.arch === 'arm64') return 'linux-arm64';
  throw new Failure(65, notForThis());
}

function notForThis(): string {
  return `no executable for this architecture (${process.arch})`;
}

/** @throws {Failure} 64 if a variable holds no SHA-256. */
export function readDigest(name: string, environment: NodeJS.ProcessEnv): Digest {
  const text = environment[name] ?? '';
  if (/[^0-9a-f]/.test(text)) throw new Failure(64, `${name} is no SHA-256 in lower-case hex digits`);
  if (!isDigest(text)) throw new Failure(64, `${name} has not 64 digits`);
  return text;
}

function parseNumber(name: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new Failure(64, `${name} is no whole number: "${text}"`);
  return Number(text);
}

function parseUrl(name: string, url: string): string {
  if (url.includes('?')) throw new Failure(64, `${name} has a query: it belongs into SELFSAME_QUERY_FILE`);
  if (/[\s"\\]/.test(url) || !URL.canParse(url)) throw new Failure(64, `${name} is no URL`);
  if (!/^https?:\/\/./.test(url)) throw new Failure(64, `${name} is no http or https URL`);
  return url;
}
