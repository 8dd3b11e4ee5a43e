import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { digestOfFile, short } from '../../src/shared/digest.ts';
import type { Digest } from '../../src/shared/digest.ts';
import { openBlob } from './blob.ts';
import type { WantedArtifact, WantedBlob } from './environment.ts';
import { fetchRest } from './fetch.ts';
import type { Fetching } from './fetch.ts';
import { ownPrefix } from './own-runtime.ts';
import type { OwnPrefix } from './own-runtime.ts';
import { openPart, pathOfOpen, sizeOf } from './part.ts';
import type { FilePart } from './part.ts';
import { codeOf, Failure, megabytes, sayLine, seconds } from './reason.ts';

/** The executable, and what it took. */
export interface Provided {
  /** What was hashed, open for reading: a file that takes its name later is another one. */
  readonly handle: FileHandle;
  /** As computed here, not a copy of what was asked for. */
  readonly digest: Digest;
  readonly fetchMs: number;
  readonly verifyMs: number;
  /** What came over the network. */
  readonly bytes: number;
}

/**
 * Leaves the right bytes in the file.
 *
 * @throws {Failure} if they cannot be had; then nothing has the name.
 */
export async function provide(wanted: WantedArtifact): Promise<Provided> {
  const since = performance.now();
  const there = await openThere(wanted);
  if (there !== undefined) {
    const verifyMs = performance.now() - since;
    sayLine(`found ${wanted.name}, verified ${short(wanted.digest)} in ${seconds(verifyMs)} s`);
    return { handle: there, digest: wanted.digest, fetchMs: 0, verifyMs, bytes: 0 };
  }
  const part = await openPart(wanted);
  try {
    const bytes = await fill(part, wanted);
    const digest = part.digest();
    const handle = await part.finish();
    const verifyMs = part.hashedMs();
    const fetchMs = performance.now() - since - verifyMs;
    const how = wanted.blob !== undefined && bytes === 0 ? `made ${wanted.name}` : `fetched ${megabytes(bytes)} MB`;
    sayLine(`${how} in ${seconds(fetchMs)} s, verified ${short(digest)} in ${seconds(verifyMs)} s`);
    return { handle, digest, fetchMs, verifyMs, bytes };
  } catch (error) {
    // What is only cut short is continued by the next start of the container.
    if (!(error instanceof Failure) || ![66, 67, 68].includes(error.status)) await part.discard();
    throw error;
  }
}

/** The executable that an earlier run of this container made. */
async function openThere({ file, name, digest, sizeBytes }: WantedArtifact): Promise<FileHandle | undefined> {
  if ((await sizeOf(file)) === 0) return undefined;
  const handle = await open(file);
  const { size } = await handle.stat();
  if (size === sizeBytes && (await digestOfFile(pathOfOpen(handle))) === digest) return handle;
  await handle.close();
  sayLine(`found ${name}, but it is not the one asked for: making it anew`);
  try {
    await rm(file);
  } catch (error) {
    throw new Failure(73, `cannot replace ${file}: ${codeOf(error)}`, error);
  }
  return undefined;
}

/** Makes the part what was asked for; tells what came over the network for that. */
async function fill(part: FilePart, wanted: WantedArtifact): Promise<number> {
  const { blob, remote } = wanted;
  // A file that is no prefix and tail, as far as we are told, is fetched whole whatever this Node.js is.
  const own = blob === undefined && wanted.prefix === undefined ? undefined : await ownPrefix(wanted);
  const unfit = typeof own === 'object' ? await begin(part, own, { ...wanted, goesOn: blob === undefined }) : own;
  if (typeof own === 'object' && unfit === undefined && blob !== undefined) {
    await addTail(part, own, blob);
    refuseWrong(part, { ...wanted, from: `what was made of the Node.js of this image and ${blob.folder}` });
    return 0;
  }
  if (remote === undefined) throw new Failure(76, `no matching Node.js in this image: it has ${unfit}`);
  if (unfit !== undefined) sayLine(`this image has ${unfit}: fetching the whole`);
  if (own === undefined || unfit !== undefined) await part.adopt();
  return fetchAndCheck(part, { ...wanted, remote });
}

/**
 * Begins with the first part, made of this Node.js, unless an earlier run left as much or more.
 *
 * @returns what is wrong with this Node.js, if something is; the part is empty then.
 */
async function begin(
  part: FilePart,
  own: OwnPrefix,
  { goesOn }: { readonly goesOn: boolean },
): Promise<string | undefined> {
  if (goesOn && (await sizeOf(part.path)) >= own.sizeBytes) {
    await part.adopt();
    return undefined;
  }
  await part.restart();
  for await (const chunk of own.open()) await part.add(chunk);
  if (part.digest() === own.digest) return undefined;
  await part.restart();
  return `a Node.js ${process.version} with other bytes than the official one`;
}

async function addTail(part: FilePart, own: OwnPrefix, blob: WantedBlob): Promise<void> {
  for await (const chunk of own.tailOf(await openBlob(blob)).open()) await part.add(chunk);
}

/** Pieces from two origins need not fit together: then the whole, once, decides. */
async function fetchAndCheck(part: FilePart, wanted: WantedArtifact & Fetching): Promise<number> {
  const { remote, sizeBytes } = wanted;
  const here = part.length() > 0 ? `, of which ${megabytes(part.length())} MB are here` : '';
  sayLine(`fetching ${remote.url} (${megabytes(sizeBytes)} MB${here})`);
  const first = await fetchRest(part, wanted);
  const wrong = whatIsWrong(part, { ...wanted, from: remote.url });
  if (wrong === undefined) return first.bytes;
  if (!first.isPieced) throw wrong;
  sayLine(`${wrong.message}; it came in pieces: fetching the whole`);
  await part.restart();
  const second = await fetchRest(part, wanted);
  refuseWrong(part, { ...wanted, from: remote.url });
  return first.bytes + second.bytes;
}

interface Whole extends Pick<WantedArtifact, 'digest' | 'sizeBytes'> {
  /** Whose bytes they are, in words. */
  readonly from: string;
}

function whatIsWrong(part: FilePart, { digest, sizeBytes, from }: Whole): Failure | undefined {
  const found = part.digest();
  if (found === digest) return undefined;
  return part.length() === sizeBytes
    ? new Failure(72, `wrong SHA-256: ${from} has ${found}, not ${digest}`)
    : new Failure(71, `wrong size: ${from} has ${part.length()} bytes, not ${sizeBytes}`);
}

function refuseWrong(part: FilePart, whole: Whole): void {
  const wrong = whatIsWrong(part, whole);
  if (wrong !== undefined) throw wrong;
}
