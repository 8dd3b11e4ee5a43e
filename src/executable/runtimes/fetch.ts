import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import pRetry from 'p-retry';
import type { Digest } from '../../shared/digest.ts';
import { DeployError } from '../../shared/errors.ts';
import type { Target } from '../../shared/target.ts';
import { ArchiveError } from './archive.ts';
import { HttpError, isForeign, isTransient, downloadReason } from './download.ts';
import { mismatchDescriber } from './describe-mismatch.ts';
import { makeFolders } from '../format/make-folders.ts';
import { replaceFile, systemReason, writeAll } from '../format/atomic-write.ts';
import { runtimes } from './runtimes-table.ts';
import { type RuntimeOptions, runtimeSource, type RuntimeSource } from './sources.ts';

export interface FetchOptions extends RuntimeOptions {
  /** Makes what is kept out of the plain runtime. */
  readonly change: (runtime: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>;
  /** Where to keep it. */
  readonly path: string;
  /** Of what is kept. */
  readonly digest: Digest;
}

/**
 * Fetches a runtime and keeps what is made of it; what a moment may mend is tried again.
 *
 * @throws {DeployError} `runtime-unavailable`, or `runtime-refused` for bytes that are not the table's.
 */
export async function fetchRuntime(target: Target, options: FetchOptions): Promise<void> {
  const named = options.source ?? process.env['SELFSAME_RUNTIME_SOURCE'];
  const source = typeof named === 'object' ? named : runtimeSource(named, options);
  for (const text of source.warnings ?? []) options.report?.({ kind: 'warning', text });
  const waiting = options.signal === undefined ? {} : { signal: options.signal };
  const isWorthRetrying = ({ error }: { error: Error }) => error instanceof SourceFailure && isTransient(error.cause);
  try {
    await makeFolders(dirname(options.path), 0o700);
    await pRetry(() => fetchOnce(target, source, options), {
      ...waiting,
      retries: 3,
      minTimeout: 500,
      shouldRetry: isWorthRetrying,
    });
  } catch (error) {
    options.signal?.throwIfAborted();
    throw explained(error, { target, source, path: options.path });
  }
}

/** One attempt: fetched, checked and kept in one pass. */
async function fetchOnce(target: Target, source: RuntimeSource, options: FetchOptions): Promise<void> {
  const { path, digest, change, report, signal } = options;
  const runtime = runtimes[target];
  const inspector = mismatchDescriber(target, runtime);
  const plain = createHash('sha256');
  const what = `Node.js ${runtime.package.version} for ${target}`;
  const onProgress = (doneBytes: number, totalBytes: number) =>
    report?.({ kind: 'progress', what, doneBytes, totalBytes });
  let seenBytes = 0;
  const seen = async function* (): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of source.open(runtime, { signal, onProgress })) {
        seenBytes += chunk.length;
        inspector.see(chunk);
        // A source may send for ever.
        if (seenBytes > runtime.sizeBytes) throw new Refusal(inspector.reason());
        plain.update(chunk);
        yield chunk;
      }
    } catch (error) {
      throw new SourceFailure(error);
    }
  };
  await replaceFile(
    path,
    async (file) => {
      const hash = createHash('sha256');
      for await (const chunk of change(seen())) {
        hash.update(chunk);
        await writeAll(file, chunk);
      }
      if (plain.digest('hex') !== runtime.digest) throw new Refusal(inspector.reason());
      if (hash.digest('hex') !== digest) throw new Error(`The table's layout of ${what} does not give its SHA-256`);
    },
    { mode: 0o644 },
  );
}

/** What came from the source, or did not: told apart from a cache that cannot be written. */
class SourceFailure extends Error {
  constructor(cause: unknown) {
    super('The source failed', { cause });
  }
}

/** The bytes came, and are not the table's. */
class Refusal extends Error {}

const hints = {
  elsewhere: 'Pass --runtime-source with a mirror of nodejs.org/dist, a folder laid out like one, or a Node.js binary.',
  credentials: "Log in with `npm login`, or put name and password into the mirror's address.",
};

function isDenied(error: unknown): boolean {
  return error instanceof HttpError && (error.status === 401 || error.status === 403);
}

function explained(
  error: unknown,
  { target, source, path }: { target: Target; source: RuntimeSource; path: string },
): unknown {
  const what = `Node.js ${runtimes[target].package.version} for ${target}`;
  const cause = error instanceof SourceFailure ? error.cause : error;
  if (cause instanceof Refusal || cause instanceof ArchiveError) {
    return new DeployError('runtime-refused', `Refused ${what} from ${source.name}: ${cause.message}`, {
      hint: 'Pass --runtime-source with another place to fetch it from.',
      cause,
    });
  }
  if (error instanceof SourceFailure) {
    if (!isForeign(cause)) return cause;
    const reason = systemReason(cause) ?? downloadReason(cause);
    return new DeployError(
      'runtime-unavailable',
      `Cannot get ${what}: not in the cache "${dirname(path)}", and ${source.name}: ${reason}`,
      { hint: isDenied(cause) ? hints.credentials : hints.elsewhere, cause },
    );
  }
  const reason = systemReason(error);
  if (reason === undefined) return error;
  return new DeployError('runtime-unavailable', `Cannot keep ${what} in "${dirname(path)}": ${reason}`, {
    hint: 'Make room there, or set XDG_CACHE_HOME to a folder that you can write.',
    cause: error,
  });
}
