import { describe, expect, it } from '@jest/globals';
import { type ApiCalls, apiCalls, type ApiPlace, newName, type WatchedEvent } from './api-calls.ts';

/** How a server of the Kubernetes API tells what changes. */
export function watchContract(open: () => ApiPlace): void {
  const api = (): ApiCalls => apiCalls(open());
  const mergePatch = 'application/merge-patch+json';

  /** Makes an object with this label, relabels it as said, and deletes it. */
  async function passing(name: string, labels: readonly string[]): Promise<void> {
    const { call, at } = api();
    const [first, ...more] = labels;
    await call('POST', at('configmaps'), { body: { metadata: { name, labels: { mark: first } } } });
    for (const mark of more)
      await call('PATCH', at('configmaps', name), {
        body: { metadata: { labels: { mark } }, data: { mark } },
        type: mergePatch,
      });
    await call('DELETE', at('configmaps', name));
  }

  describe('a watch', () => {
    it('tells all that happens from the version of a list on, also what happened before it began', async () => {
      const { call, events, at } = api();
      const [name, mark] = [newName(), newName()];
      const query = { labelSelector: `mark=${mark}` };
      const { resourceVersion } = (await call('GET', at('configmaps'), { query })).body.metadata;
      await passing(name, [mark]);
      const onOpen = async (): Promise<void> => passing(`${name}-late`, [mark]);
      const seen = await events(at('configmaps'), { ...query, resourceVersion }, { count: 4, onOpen });
      expect(seen.map(({ type, object }) => [type, object.kind, object.metadata.name])).toEqual([
        ['ADDED', 'ConfigMap', name],
        ['DELETED', 'ConfigMap', name],
        ['ADDED', 'ConfigMap', `${name}-late`],
        ['DELETED', 'ConfigMap', `${name}-late`],
      ]);
      const versions = seen.map(({ object }) => Number(object.metadata.resourceVersion));
      expect(versions).toEqual(versions.toSorted((one, other) => one - other));
      expect(new Set(versions).size).toBe(4);
    });

    it('with a selector tells of what begins to fit as added, and of what fits no longer as deleted', async () => {
      const { call, events, at } = api();
      const [name, mark, other] = [newName(), newName(), newName()];
      const query = { labelSelector: `mark in (${mark},${mark}-2)` };
      const { resourceVersion } = (await call('GET', at('configmaps'), { query })).body.metadata;
      await passing(name, [other, mark, `${mark}-2`, other, mark]);
      const seen = await events(at('configmaps'), { ...query, resourceVersion }, { count: 5 });
      expect(seen.map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'DELETED', 'ADDED', 'DELETED']);
    });

    it('from nowhere begins with what is there', async () => {
      const { call, events, at } = api();
      const tried = async (): Promise<WatchedEvent[]> => {
        const name = newName();
        await call('POST', at('configmaps'), { body: { metadata: { name } } });
        const onOpen = async (): Promise<unknown> => call('DELETE', at('configmaps', name));
        return events(at('configmaps'), { fieldSelector: `metadata.name=${name}` }, { count: 2, onOpen });
      };
      let seen = await tried();
      // A real server may be behind its own store, if something of another kind was just written: then a client tries again.
      while (seen[0]?.object['reason'] === 'Timeout') seen = await tried();
      expect(seen.map(({ type }) => type)).toEqual(['ADDED', 'DELETED']);
    });

    it('from a version that is too old is an ERROR with a Status: 410', async () => {
      const { events, at } = api();
      const [error, ...more] = await events(at('configmaps'), { resourceVersion: '1' }, { count: 2 });
      expect(error).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired' } });
      expect(error?.object['message']).toMatch(/^too old resource version: 1 \(\d+\)$/);
      expect(more).toEqual([]);
    });

    it('ends when its time is over, and tells of nothing else than how far it came', async () => {
      const { call, events, at } = api();
      const { body } = await call('POST', at('configmaps'), { body: { metadata: { name: newName() } } });
      const { name, resourceVersion } = body.metadata;
      const query = { fieldSelector: `metadata.name=${name}`, resourceVersion };
      const startedAt = performance.now();
      const seen = await events(
        at('configmaps'),
        { ...query, timeoutSeconds: 1, allowWatchBookmarks: true },
        { count: 10 },
      );
      expect(performance.now() - startedAt).toBeLessThan(10_000);
      for (const { type, object } of seen) {
        expect([type, object.kind]).toEqual(['BOOKMARK', 'ConfigMap']);
        expect(Number(object.metadata.resourceVersion)).toBeGreaterThanOrEqual(Number(resourceVersion));
      }
    });
  });
}
