import { expect, it } from '@jest/globals';
import { digestOf } from '../../../src/shared/digest.ts';
import type { UrlStore } from '../../../src/store/store.ts';
import { artifactOf, generatedArtifact, partedArtifact } from '../programs/artifact.ts';

const inAnHour = () => new Date(Date.now() + 3_600_000);
const anHourAgo = () => new Date(Date.now() - 3_600_000);

/**
 * What every store with objects of its own must pass besides `storeContract`.
 *
 * @param open gives a new, empty store, in which whatever `put` finds is dated anew.
 */
export function unusedContract(open: () => Promise<UrlStore>, { shares }: { readonly shares: boolean }): void {
  it('read() gives what is stored, all of it and as it is', async () => {
    const store = await open();
    const [small, large] = [await artifactOf('read me'), await generatedArtifact(9, 'read')];
    for (const artifact of [small, large]) {
      expect(await store.read(artifact)).toBeUndefined();
      await store.put(artifact);
      const found = await store.read(artifact);
      expect(found?.sizeBytes).toBe(artifact.sizeBytes);
      expect(await digestOf(found?.open() ?? [])).toBe(artifact.version);
    }
  });

  it('removeUnused() removes just what it is told, and tells what that was', async () => {
    const [store, one, other] = [await open(), await artifactOf('one'), await artifactOf('other')];
    for (const artifact of [one, other]) await store.put(artifact);
    const gone = await artifactOf('never there');
    expect(await store.removeUnused([one, gone], { before: inAnHour() })).toEqual([one]);
    expect((await store.list()).map(({ version }) => version)).toEqual([other.version]);
    expect(await store.removeUnused([], { before: inAnHour() })).toEqual([]);
    // Found to be missing, it is stored again.
    await store.put(one);
    expect(await store.has(one)).toBe(true);
  });

  it('removeUnused() removes no other object of the same version', async () => {
    const store = await open();
    const [one, other] = [await artifactOf('same'), await artifactOf('same', 'other-name')];
    for (const artifact of [one, other]) await store.put(artifact);
    await store.removeUnused([one], { before: inAnHour() });
    expect([await store.has(one), await store.has(other)]).toEqual([false, true]);
  });

  it('removeUnused() leaves what is younger, be it stored or found by a deploy', async () => {
    const [store, artifact] = [await open(), await artifactOf('young')];
    await store.put(artifact);
    expect(await store.removeUnused([artifact], { before: anHourAgo() })).toEqual([]);

    const [first] = await store.list();
    const isOld = (date: Date | undefined): boolean => date !== undefined && date <= (first?.storedAt ?? date);
    let [found] = [first];
    // Dates have whole seconds, so it takes more than once.
    while (isOld(found?.storedAt)) {
      expect(await store.put(artifact)).toEqual({ sentBytes: 0, reusedBytes: 0 });
      [found] = await store.list();
    }
    expect(found).toEqual({ ...first, storedAt: expect.any(Date) });
    expect(await store.removeUnused([artifact], { before: first?.storedAt ?? new Date(0) })).toEqual([]);
    expect(await store.has(artifact)).toBe(true);
  });

  if (!shares) return;
  it('removeUnused() removes what versions share with the last of them', async () => {
    const [store, prefix] = [await open(), await generatedArtifact(9, 'shared')];
    const [one, other] = [await partedArtifact(prefix, ['one']), await partedArtifact(prefix, ['other'])];
    for (const artifact of [one, other]) await store.put(artifact);
    await store.removeUnused([one], { before: inAnHour() });
    const reused = { sentBytes: one.sizeBytes - prefix.sizeBytes, reusedBytes: prefix.sizeBytes };
    expect(await store.put(one)).toEqual(reused);
    await store.removeUnused([one, other], { before: inAnHour() });
    expect(await store.put(one)).toEqual({ sentBytes: one.sizeBytes, reusedBytes: 0 });
  });
}
