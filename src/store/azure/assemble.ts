import { createHash } from 'node:crypto';
import type { Artifact, ArtifactPrefix } from '../../executable/format/artifact.ts';
import { DeployError } from '../../shared/errors.ts';
import type { Opener } from './access.ts';
import { contentKey, type Copy, type Range, rangesOf } from './copy.ts';
import { blockId } from './blocks.ts';
import { type CopyRefusal, tellRefusal } from '../copy-refusal.ts';
import { inParallel } from '../in-parallel.ts';
import type { ProgressMeter } from '../progress-meter.ts';
import type { PutOptions } from '../store.ts';
import { commit, stagedBlocks, stagePart, type Staging } from './upload.ts';
import { objectName, runtimeName } from '../object-name.ts';

export interface Assembly extends Pick<Opener, 'container' | 'call'>, Pick<PutOptions, 'basedOn' | 'onNotice'> {
  /** For people. */
  readonly address: string;
  readonly copy: Copy;
  readonly counted: ProgressMeter;
  readonly signal: AbortSignal | undefined;
}

/**
 * Puts an artifact together in the store and makes it an object at the end, if nobody else did meanwhile. Its prefix comes
 * out of `runtimes/<sha256>`, and of its tail what stands in the version `basedOn`; the rest is sent.
 *
 * What the store copies does not pass through here. That the object is the version all the same rests on this: we know the
 * MD5 of the true prefix from our own table, and the store refuses bytes that have another; the tail is read here whole, also
 * what is not sent of it, and the SHA-256 of the prefix, carried on over the tail, must become the version; each block of
 * the tail is stored only under the MD5 of what was read. And whoever runs it hashes the whole.
 *
 * Where the prefix is not there, or not as it should be, it is sent with the rest, and `runtimes/` is made of it afterwards.
 *
 * @returns false if the object was there by the time all blocks were.
 * @throws {DeployError} `executable-damaged` if the bytes are not the version's; nothing is committed then.
 */
export async function assemble(artifact: Artifact, assembly: Assembly): Promise<boolean> {
  const { container, call, basedOn, signal } = assembly;
  const blob = container.getBlockBlobClient(objectName(artifact));
  const [staged, known] = await Promise.all([
    stagedBlocks(blob, call, signal),
    basedOn === undefined || basedOn === artifact.version
      ? new Map<string, Range>()
      : rangesOf(objectName({ version: basedOn, name: artifact.name }), assembly, signal),
  ]);
  const staging = { ...assembly, staged, copied: copyingFrom(known, artifact, assembly) };
  const [prefix, tail] = await inParallel(signal, [
    async (both) => stagePrefix(artifact, { ...staging, signal: both }),
    async (both) => ({ ids: await stageTail(artifact, { ...staging, signal: both }), refusal: undefined }),
  ]);
  const metadata = { target: artifact.target, sha256: artifact.version };
  const committed = await commit(blob, {
    ids: [...(prefix?.ids ?? []), ...(tail?.ids ?? [])],
    metadata: { ...metadata, ...(artifact.prefix && { prefix: artifact.prefix.digest }) },
    call,
    signal,
  });
  if (committed && artifact.prefix && prefix?.refusal !== undefined && prefix.refusal.kind !== 'refused') {
    await keepRuntime(artifact, artifact.prefix, { ...assembly, damaged: prefix.refusal.kind === 'damaged' });
  }
  return committed;
}

type Step = Assembly & Staging;

async function stagePrefix(
  artifact: Artifact,
  step: Step,
): Promise<{ ids: string[]; refusal?: CopyRefusal | undefined }> {
  const { prefix } = artifact;
  if (prefix === undefined) return { ids: [] };
  const { container, copy, counted, signal } = step;
  const blob = container.getBlockBlobClient(objectName(artifact));
  const range = { ...rangeOf(prefix), from: runtimeName(prefix.digest) };
  const id = blockId(0, range.md5);
  counted.reused(prefix.sizeBytes);
  const refusal = step.staged.has(id) ? undefined : await copy(blob, id, { range, signal });
  if (refusal === undefined) return { ids: [id] };
  counted.reused(-prefix.sizeBytes);
  tellRefusal(refusal, step);
  const part = { start: 0, end: prefix.sizeBytes, cuts: [], hash: createHash('sha256'), digest: prefix.digest };
  return { ids: await stagePart(blob, artifact, { ...step, part }), refusal };
}

async function stageTail(artifact: Artifact, step: Step): Promise<string[]> {
  const { prefix, cuts = [], sizeBytes: end, version: digest } = artifact;
  const hash = (await prefix?.hashed()) ?? createHash('sha256');
  const part = { start: prefix?.sizeBytes ?? 0, end, cuts, hash, digest };
  return stagePart(step.container.getBlockBlobClient(objectName(artifact)), artifact, { ...step, part });
}

/** Copies what an earlier version holds. What is not copied is sent; after the first refusal all of it. */
function copyingFrom(known: Map<string, Range>, artifact: Artifact, { container, copy }: Assembly): Staging['copied'] {
  const blob = container.getBlockBlobClient(objectName(artifact));
  return async (block, signal) => {
    const range = block.sizeBytes < leastCopiedBytes ? undefined : known.get(contentKey(block));
    if (range === undefined) return false;
    const refusal = await copy(blob, block.id, { range, signal });
    if (refusal !== undefined) known.clear();
    return refusal === undefined;
  };
}

/** What is smaller is sent as fast as it is asked for. */
const leastCopiedBytes = 1 << 14;

/** Makes `runtimes/<sha256>` of the prefix in an object that is complete. The object stands, whatever comes of this. */
async function keepRuntime(artifact: Artifact, prefix: ArtifactPrefix, assembly: Keeping): Promise<void> {
  const { container, call, copy, signal, damaged, address, onNotice } = assembly;
  const name = runtimeName(prefix.digest);
  const runtime = container.getBlockBlobClient(name);
  const range = { ...rangeOf(prefix), from: objectName(artifact) };
  const id = blockId(0, range.md5);
  try {
    const refusal = await copy(runtime, id, { range, signal });
    if (refusal !== undefined) {
      const remedy = damaged ? `; delete ${name} there` : '';
      onNotice?.(`${address} does not copy inside itself (${refusal.text}): it keeps no runtime${remedy}`);
      return;
    }
    const replaced = damaged
      ? (await call((attempt) => runtime.getProperties({ abortSignal: attempt }), { signal })).etag
      : undefined;
    await commit(runtime, {
      ids: [id],
      metadata: { target: artifact.target, sha256: prefix.digest },
      replaced,
      call,
      signal,
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof DeployError)) throw error;
    onNotice?.(`The runtime was not kept for the next version: ${error.message}`);
  }
}

interface Keeping extends Assembly {
  /** Something is there and is to be replaced. */
  readonly damaged: boolean;
}

function rangeOf({ md5, sizeBytes }: ArtifactPrefix): Omit<Range, 'from'> {
  return { start: 0, sizeBytes, md5: Buffer.from(md5, 'hex') };
}
