import { describe, expect, it } from '@jest/globals';
import { type ApiCalls, apiCalls, type ApiPlace, newName } from './api-calls.ts';

const metadataList = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

/** What a server of the Kubernetes API lists. */
export function listContract(open: () => ApiPlace): void {
  const api = (): ApiCalls => apiCalls(open());
  const call: ApiCalls['call'] = async (...words) => api().call(...words);
  const at: ApiCalls['at'] = (...words) => api().at(...words);
  const create: ApiCalls['create'] = async (...words) => api().create(...words);

  describe('a list', () => {
    it('holds what its selectors name, by name, without what all have in common', async () => {
      const [mark, none] = [newName(), newName()];
      const names = ['a', 'b', 'c'].map((end) => `${mark}-${end}`);
      for (const [index, name] of names.entries())
        await create({}, { name, labels: { mark, index: String(index), ...(index === 0 && { first: '' }) } });
      const found = async (query: Record<string, string>): Promise<string[]> => {
        const { items } = (await call('GET', at('configmaps'), { query })).body;
        return (items ?? []).map(({ metadata: { name } }) => name.replace(`${mark}-`, ''));
      };
      const rest = {
        '': ['a', 'b', 'c'],
        index: ['a', 'b', 'c'],
        'index=1': ['b'],
        'index==1': ['b'],
        'index!=1': ['a', 'c'],
      };
      const more = { 'index in (0,2)': ['a', 'c'], 'index notin (0,2)': ['b'], first: ['a'], '!first': ['b', 'c'] };
      for (const [selector, wanted] of Object.entries({ ...rest, ...more })) {
        const labelSelector = [`mark=${mark}`, selector].filter(Boolean).join(',');
        expect([selector, await found({ labelSelector })]).toEqual([selector, wanted]);
      }
      expect(await found({ labelSelector: `mark=${none}` })).toEqual([]);
      expect(await found({ fieldSelector: `metadata.name=${mark}-b` })).toEqual(['b']);
      const list = await call('GET', at('configmaps'), { query: { labelSelector: `mark=${mark}` } });
      expect(list).toMatchObject({ status: 200, body: { kind: 'ConfigMapList', apiVersion: 'v1' } });
      for (const item of list.body.items ?? []) expect(item).not.toHaveProperty('kind');
      const everywhere = await call('GET', '/api/v1/configmaps', { query: { labelSelector: `mark=${mark}` } });
      expect(everywhere.body.items).toEqual(list.body.items);
    });

    it('knows few fields to select by: 400', async () => {
      for (const [plural, message] of [
        ['configmaps', '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"'],
        ['pods', 'field label not supported: data.a'],
      ] as const)
        expect(await call('GET', at(plural), { query: { fieldSelector: 'data.a=1' } })).toMatchObject({
          status: 400,
          body: { kind: 'Status', reason: 'BadRequest', message: expect.stringContaining(message) },
        });
    });

    it('comes in pages of the size that is asked for', async () => {
      const mark = newName();
      for (const end of ['a', 'b', 'c']) await create({}, { name: `${mark}-${end}`, labels: { mark } });
      const query = { labelSelector: `mark=${mark}`, limit: 2 };
      const first = await call('GET', at('configmaps'), { query });
      expect(first.body.items?.map(({ metadata }) => metadata.name)).toEqual([`${mark}-a`, `${mark}-b`]);
      const rest = await call('GET', at('configmaps'), {
        query: { ...query, continue: first.body.metadata.continue ?? '' },
      });
      expect(rest.body.items?.map(({ metadata }) => metadata.name)).toEqual([`${mark}-c`]);
      expect(rest.body.metadata.continue ?? '').toBe('');
    });

    it('is of metadata alone where that is asked for, and then null if it is empty', async () => {
      const mark = newName();
      const made = await create({ a: '1' }, { labels: { mark } });
      const listed = async (labelSelector: string) =>
        call('GET', at('configmaps'), { query: { labelSelector }, accept: metadataList });
      const { status, body } = await listed(`mark=${mark}`);
      expect(status).toBe(200);
      expect(body).toMatchObject({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' });
      expect(body.items).toMatchObject([{ kind: 'PartialObjectMetadata', metadata: { uid: made.metadata.uid } }]);
      expect(body.items?.[0]).not.toHaveProperty('data');
      expect((await listed(`mark=${newName()}`)).body.items).toBeNull();
    });
  });
}
