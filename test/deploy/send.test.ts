import { describe, expect, it } from '@jest/globals';
import { sendAllTo } from '../../src/deploy/send.ts';
import type { Artifact } from '../../src/executable/format/artifact.ts';
import type { ReportEvent } from '../../src/shared/report.ts';
import type { Store } from '../../src/store/store.ts';
import { artifactOf, noise } from '../support/programs/artifact.ts';
import { memoryStore } from '../support/stores/memory-store.ts';

const { signal } = new AbortController();
const basedOn = () => undefined;

/** Two targets of an application. */
async function bothTargets(): Promise<Artifact[]> {
  return [
    { ...(await artifactOf(noise('arm64', 300_000))), target: 'linux-arm64' },
    await artifactOf(noise('x64', 200_000)),
  ];
}

/** A store that tells when it begins and ends to put something. */
function watched(kind: 'url' | 'mounted'): { store: Store; marks: string[] } {
  const marks: string[] = [];
  const store = memoryStore();
  return {
    marks,
    store: {
      ...store,
      async placeOf(artifact) {
        return kind === 'url' ? store.placeOf(artifact) : { kind, secrets: ['one'], namespace: 'shop' };
      },
      async put(artifact, options) {
        marks.push(`begin ${artifact.target}`);
        const sent = await store.put(artifact, options);
        marks.push(`end ${artifact.target}`);
        return sent;
      },
    } as Store,
  };
}

describe('sendAllTo()', () => {
  it('sends all at once, and tells how far all of them are together', async () => {
    const { store, marks } = watched('url');
    const events: ReportEvent[] = [];
    const artifacts = await bothTargets();
    const sentBytes = await sendAllTo(store, artifacts, { report: (event) => events.push(event), signal, basedOn });
    expect(sentBytes).toBe(500_000);
    expect(marks.slice(0, 2)).toEqual(['begin linux-arm64', 'begin linux-x64']);
    for (const artifact of artifacts) expect(await store.has(artifact)).toBe(true);
    const progress = events.flatMap((event) => (event.kind === 'progress' ? [event] : []));
    expect(progress.at(-1)).toMatchObject({ what: 'Sending', doneBytes: 500_000, totalBytes: 500_000 });
    const done = progress.map(({ doneBytes }) => doneBytes);
    expect(done).toEqual(done.toSorted((one, other) => one - other));
    const steps = events.flatMap((event) => (event.kind === 'step' ? [event.text] : []));
    expect(steps.toSorted()).toEqual(['linux-arm64 is stored: 300 kB sent', 'linux-x64 is stored: 200 kB sent']);
  });

  it('sends one after the other where all targets read the same', async () => {
    const { store, marks } = watched('mounted');
    await sendAllTo(store, await bothTargets(), { report: () => undefined, signal, basedOn });
    expect(marks).toEqual(['begin linux-arm64', 'end linux-arm64', 'begin linux-x64', 'end linux-x64']);
  });

  it('ends the others when one fails, with its error', async () => {
    const [good, bad] = await bothTargets();
    if (good === undefined || bad === undefined) throw new Error('there are two');
    const endless: Artifact = {
      ...good,
      async *open() {
        for (;;) yield await Promise.resolve(Buffer.alloc(1));
      },
    };
    const broken: Artifact = {
      ...bad,
      // oxlint-disable-next-line require-yield
      async *open() {
        throw new Error('cut');
      },
    };
    const sending = sendAllTo(memoryStore(), [endless, broken], { report: () => undefined, signal, basedOn });
    await expect(sending).rejects.toThrow('cut');
  });
});
