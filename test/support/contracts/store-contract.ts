import { expect, it } from '@jest/globals';
import type { Store } from '../../../src/store/store.ts';
import { artifactOf, generatedArtifact, noise, partedArtifact } from '../programs/artifact.ts';
import { cutAfter, endedAfter, flipped, notToBeRead } from '../programs/broken-artifact.ts';
import { ofExecutables, type TestedStore } from '../stores/store-kinds.ts';

/**
 * Every store must pass this, the fake included: that is what lets other tests trust the fake.
 *
 * @param open gives a new, empty store each time.
 * @param kind what such a store takes.
 */
export function storeContract(open: () => Promise<Store>, kind: TestedStore = ofExecutables): void {
  if (kind.isOfExecutables) copyingContract(open, kind);

  it('check() is content with a new store and creates nothing in it', async () => {
    const store = await open();
    await store.check();
    expect(await store.list()).toEqual([]);
  });

  it('put() stores an artifact that has() and list() then tell of', async () => {
    const [store, artifact] = [await open(), await kind.small('hello')];
    expect(await store.has(artifact)).toBe(false);
    const before = Date.now();
    expect(await store.put(artifact)).toEqual({ sentBytes: await kind.sentBytes(artifact), reusedBytes: 0 });
    expect(await store.has(artifact)).toBe(true);
    const [stored, ...others] = await store.list();
    expect(others).toEqual([]);
    const { version, name, target } = artifact;
    const told = { version, name, sizeBytes: 5, storedAt: expect.any(Date) };
    expect(stored).toEqual(kind.keepsTarget ? { ...told, target } : told);
    // Dates cross the wire in whole seconds.
    expect(stored?.storedAt.getTime()).toBeGreaterThan(before - 2000);
  });

  it('put() sends nothing when the artifact is there', async () => {
    const [store, artifact] = [await open(), await kind.small('twice')];
    await store.put(artifact);
    const unread = { ...artifact, open: () => notToBeRead() };
    expect(await store.put(unread)).toEqual({ sentBytes: 0, reusedBytes: 0 });
  });

  it('put() stores an artifact without bytes', async () => {
    const [store, artifact] = [await open(), await kind.small('')];
    expect(await store.put(artifact)).toEqual({ sentBytes: await kind.sentBytes(artifact), reusedBytes: 0 });
    expect(await store.has(artifact)).toBe(true);
  });

  it('put() leaves nothing behind when the artifact cannot be read to its end', async () => {
    const [store, artifact] = [await open(), await kind.large(20, 'cut')];
    await expect(store.put(cutAfter(artifact, artifact.sizeBytes * 0.6))).rejects.toThrow('cut');
    expect(await store.has(artifact)).toBe(false);
    expect(await store.list()).toEqual([]);
    await store.put(artifact);
    expect(await store.has(artifact)).toBe(true);
  });

  it('put() never stores bytes that are not the version', async () => {
    const [store, artifact] = [await open(), await kind.large(10, 'flip')];
    await expect(store.put(flipped(artifact))).rejects.toMatchObject({ code: 'executable-damaged' });
    await expect(store.put(endedAfter(artifact, artifact.sizeBytes * 0.9))).rejects.toMatchObject({
      code: 'executable-damaged',
    });
    expect(await store.has(artifact)).toBe(false);
    expect(await store.list()).toEqual([]);
  });

  it('put() ends with the reason of its signal and leaves nothing behind', async () => {
    const [store, artifact] = [await open(), await kind.large(40, 'abort')];
    const stop = new AbortController();
    const reason = new Error('enough');
    const putting = store.put(artifact, { signal: stop.signal, onProgress: () => stop.abort(reason) });
    await expect(putting).rejects.toBe(reason);
    await expect(store.put(artifact, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await store.has(artifact)).toBe(false);
  });

  it('put() reports progress that ends where all is sent', async () => {
    const [store, artifact] = [await open(), await kind.large(20, 'progress')];
    const seen: [number, number][] = [];
    const { sentBytes } = await store.put(artifact, { onProgress: (...step) => seen.push(step) });
    expect(sentBytes).toBe(await kind.sentBytes(artifact));
    expect(seen.length).toBeGreaterThan(2);
    expect(seen.at(-1)).toEqual([sentBytes, sentBytes]);
    expect(seen).toEqual(seen.toSorted(([left], [right]) => left - right));
  });

  it('put() succeeds for two uploaders at once, with one object', async () => {
    const [store, artifact] = [await open(), await kind.large(20, 'both')];
    await Promise.all([store.put(artifact), store.put(artifact)]);
    expect(await store.list()).toHaveLength(1);
  });

  it('source() names object and secret apart, and says whether the secret opens one object or all', async () => {
    const store = await open();
    const [one, other] = [await kind.small('one'), await kind.small('other', 'other-name')];
    await store.put(one);
    await store.put(other);
    const [ofOne, ofOther] = [await store.source(one), await store.source(other)];
    expect(ofOne).toMatchObject(await store.placeOf(one));
    kind.expectSource(ofOne, one);
    kind.expectSource(ofOther, other);
    expect(ofOne.secret === ofOther.secret).toBe(store.secretOpens !== 'one');
    expect(ofOne.access).toBe(store.access);
    expect((await store.accessOf(ofOne.secret)).access).not.toBe('');
  });

  it('remove() removes one version, and what is not there too', async () => {
    const store = await open();
    const [one, other] = [await kind.small('one'), await kind.small('other')];
    await store.remove(one.version);
    await store.put(one);
    await store.put(other);
    await store.remove(one.version);
    await store.remove(one.version);
    expect(await store.has(one)).toBe(false);
    expect((await store.list()).map(({ version }) => version)).toEqual([other.version]);
  });
}

/** What a store of whole executables need not be sent. */
function copyingContract(open: () => Promise<Store>, { reuses }: TestedStore): void {
  /** Of a version that is not the first. */
  const reusedOf = (prefixBytes: number, tailBytes = 0): number =>
    (reuses === 'nothing' ? 0 : prefixBytes) + (reuses === 'prefix and tail' ? tailBytes : 0);

  it('put() sends a prefix once, and of a version like another what is not in that', async () => {
    const store = await open();
    const prefix = await generatedArtifact(9, 'prefix');
    const [kept, moved] = [noise('kept', 300_000), noise('moved', 200_000)];
    const first = await partedArtifact(prefix, ['first', kept, moved]);
    expect(await store.put(first)).toEqual({ sentBytes: first.sizeBytes, reusedBytes: 0 });

    const second = await partedArtifact(prefix, ['second', kept, moved]);
    const totals = new Set<number>();
    const reused = reusedOf(prefix.sizeBytes);
    expect(await store.put(second, { onProgress: (_, all) => totals.add(all) })).toEqual({
      sentBytes: second.sizeBytes - reused,
      reusedBytes: reused,
    });
    expect([...totals].at(-1)).toBe(second.sizeBytes - reused);

    const third = await partedArtifact(prefix, ['the third', moved, noise('new', 50_000), kept]);
    const more = reusedOf(prefix.sizeBytes, 500_000);
    expect(await store.put(third, { basedOn: second.version })).toEqual({
      sentBytes: third.sizeBytes - more,
      reusedBytes: more,
    });
    expect((await store.list()).map(({ version }) => version).sort()).toEqual(
      [first, second, third].map(({ version }) => version).sort(),
    );
  });

  it('put() stores what is like a version that is not there', async () => {
    const [store, prefix] = [await open(), await generatedArtifact(1, 'alone')];
    const [gone, artifact] = [await artifactOf('gone'), await partedArtifact(prefix, [noise('only', 20_000)])];
    expect(await store.put(artifact, { basedOn: gone.version })).toMatchObject({ sentBytes: artifact.sizeBytes });
    expect(await store.has(artifact)).toBe(true);
  });

  it('put() never stores bytes that are not the version, be it the prefix or the rest', async () => {
    const [store, prefix] = [await open(), await generatedArtifact(9, 'spoilt')];
    const artifact = await partedArtifact(prefix, [noise('spoilt', 100_000), 'end']);
    for (const at of [5, artifact.sizeBytes - 1]) {
      await expect(store.put(flipped(artifact, at))).rejects.toMatchObject({ code: 'executable-damaged' });
    }
    expect(await store.list()).toEqual([]);
    await store.put(artifact);
    // Where it is not read at all this time, its damage does no harm.
    const next = await partedArtifact(prefix, [noise('next', 100_000)]);
    if (reuses === 'nothing') {
      await expect(store.put(flipped(next, 5))).rejects.toMatchObject({ code: 'executable-damaged' });
    } else {
      expect(await store.put(flipped(next, 5))).toEqual({ sentBytes: 100_000, reusedBytes: prefix.sizeBytes });
    }
    const last = await partedArtifact(prefix, [noise('last', 100_000)]);
    await expect(store.put(flipped(last, prefix.sizeBytes))).rejects.toMatchObject({ code: 'executable-damaged' });
    expect(await store.has(last)).toBe(false);
  });
}
