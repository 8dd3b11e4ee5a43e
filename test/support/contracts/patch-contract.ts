import { describe, expect, it } from '@jest/globals';
import { type ApiBody, type ApiCalls, apiCalls, type ApiPlace, type ApiReply } from './api-calls.ts';

const mergePatch = 'application/merge-patch+json';
const jsonPatch = 'application/json-patch+json';

/** How a server of the Kubernetes API takes patches. */
export function patchContract(open: () => ApiPlace): void {
  const api = (): ApiCalls => apiCalls(open());
  const create: ApiCalls['create'] = async (...words) => api().create(...words);
  const patch = async ({ metadata: { name } }: ApiBody, body: unknown, type = mergePatch): Promise<ApiReply> =>
    api().call('PATCH', api().at('configmaps', name), { body, type });

  describe('a patch', () => {
    it('by merging changes what it names, takes away what is null, and gives another version only for a change', async () => {
      const made = await create({ a: '1', b: '2' });
      const { status, body } = await patch(made, { data: { a: null, c: '3' }, metadata: { labels: { d: 'e' } } });
      expect(status).toBe(200);
      expect(body).toMatchObject({
        data: { b: '2', c: '3' },
        metadata: { labels: { d: 'e' }, uid: made.metadata.uid },
      });
      expect(body['data']).not.toHaveProperty('a');
      expect(Number(body.metadata.resourceVersion)).toBeGreaterThan(Number(made.metadata.resourceVersion));
      const same = await patch(made, { data: { c: '3' } });
      expect(same.body.metadata.resourceVersion).toBe(body.metadata.resourceVersion);
    });

    it('of what has changed since is a conflict: 409', async () => {
      const made = await create({ a: '1' });
      await patch(made, { data: { a: '2' } });
      const { name, resourceVersion } = made.metadata;
      const late = await patch(made, { metadata: { resourceVersion }, data: { a: '3' } });
      const details = { name, kind: 'configmaps' };
      const message = `Operation cannot be fulfilled on configmaps "${name}": the object has been modified; please apply your changes to the latest version and try again`;
      const conflict = { status: 409, body: { kind: 'Status', reason: 'Conflict', code: 409, message, details } };
      expect(late).toMatchObject(conflict);
      const replacing = [{ op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion }];
      expect(await patch(made, replacing, jsonPatch)).toMatchObject(conflict);
    });

    it('by JSON operations does each of them, or none', async () => {
      const made = await create({ a: '1', b: '2' });
      const done = await patch(
        made,
        [
          { op: 'test', path: '/data/a', value: '1' },
          { op: 'replace', path: '/data/a', value: '3' },
          { op: 'remove', path: '/data/b' },
          { op: 'add', path: '/metadata/annotations', value: { 'a/b': 'c' } },
          { op: 'replace', path: '/metadata/annotations/a~1b', value: 'd' },
        ],
        jsonPatch,
      );
      expect(done).toMatchObject({
        status: 200,
        body: { data: { a: '3' }, metadata: { annotations: { 'a/b': 'd' } } },
      });
      for (const operation of [
        { op: 'test', path: '/data/a', value: '1' },
        { op: 'remove', path: '/data/b' },
        { op: 'add', path: '/none/b', value: '1' },
      ]) {
        const first = { op: 'replace', path: '/data/a', value: '4' };
        expect(await patch(made, [first, operation], jsonPatch)).toMatchObject({
          status: 422,
          body: { reason: 'Invalid' },
        });
      }
      expect((await api().call('GET', api().at('configmaps', made.metadata.name))).body['data']).toEqual({ a: '3' });
    });
  });
}
