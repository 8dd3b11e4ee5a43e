import prettyBytes from 'pretty-bytes';
import type { Artifact } from '../executable/format/artifact.ts';
import type { Digest } from '../shared/digest.ts';
import type { Report } from '../shared/report.ts';
import { inParallel } from '../store/in-parallel.ts';
import type { Store } from '../store/store.ts';

interface Sending {
  readonly report: Report;
  readonly signal: AbortSignal;
  /** The version that runs now, if one does. */
  readonly basedOn?: Digest | undefined;
}

export interface SendingAll extends Pick<Sending, 'report' | 'signal'> {
  /** The version of an artifact's target that runs now, if one does. */
  readonly basedOn: (artifact: Artifact) => Digest | undefined;
}

/**
 * Sends all that a store has not, and tells how it goes.
 *
 * @returns the bytes that crossed the wire.
 */
export async function sendAllTo(
  store: Store,
  artifacts: readonly Artifact[],
  { report, signal, basedOn }: SendingAll,
): Promise<number> {
  const places = await Promise.all(artifacts.map(async (artifact) => store.placeOf(artifact)));
  // Where all targets read the same, the second finds it there.
  const isShared = places.some(({ kind }) => kind === 'mounted');
  const reports = isShared ? artifacts.map(() => report) : asOne(report, artifacts.length);
  const sends = artifacts.map((artifact, index) => async (stop: AbortSignal) => {
    return sendTo(store, artifact, { report: reports[index] ?? report, signal: stop, basedOn: basedOn(artifact) });
  });
  let sentBytes = 0;
  for (const each of isShared ? sends.map((send) => [send]) : [sends]) {
    for (const bytes of await inParallel(signal, each)) sentBytes += bytes;
  }
  return sentBytes;
}

/** What goes on at once is one progress, of so many parts. */
function asOne(report: Report, count: number): Report[] {
  const parts = Array.from({ length: count }, () => ({ doneBytes: 0, totalBytes: 0 }));
  const sum = (of: 'doneBytes' | 'totalBytes') => parts.reduce((bytes, part) => bytes + part[of], 0);
  return parts.map((part) => (event) => {
    if (event.kind !== 'progress') return report(event);
    Object.assign(part, { doneBytes: event.doneBytes, totalBytes: event.totalBytes });
    report({ ...event, what: 'Sending', doneBytes: sum('doneBytes'), totalBytes: sum('totalBytes') });
  });
}

/**
 * Sends an artifact unless the store has it, and tells how it goes.
 *
 * @returns the bytes that crossed the wire.
 */
async function sendTo(store: Store, artifact: Artifact, { report, signal, basedOn }: Sending): Promise<number> {
  const what = `Sending ${artifact.target}`;
  const { sentBytes, reusedBytes } = await store.put(artifact, {
    signal,
    basedOn,
    onProgress: (doneBytes, totalBytes) => report({ kind: 'progress', what, doneBytes, totalBytes }),
    onNotice: (text) => report({ kind: 'warning', text }),
  });
  report({ kind: 'step', text: `${artifact.target} ${storedText(sentBytes, reusedBytes)}` });
  return sentBytes;
}

function storedText(sentBytes: number, reusedBytes: number): string {
  if (sentBytes + reusedBytes === 0) return 'is stored already: 0 bytes sent';
  const sent = `is stored: ${prettyBytes(sentBytes)} sent`;
  return reusedBytes === 0 ? sent : `${sent}, ${prettyBytes(reusedBytes)} were in the store`;
}
