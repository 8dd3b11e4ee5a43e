import { describe, expect, it } from '@jest/globals';
import { type ApiBody, type ApiCalls, apiCalls, type ApiPlace, type ApiReply, newName } from './api-calls.ts';

const type = 'application/apply-patch+yaml';

/** Server-side apply, and who owns which field: https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
export function applyContract(open: () => ApiPlace): void {
  const api = (): ApiCalls => apiCalls(open());
  const path = (name: string): string => api().at('configmaps', name);

  async function apply(name: string, data: object, { manager = 'me', ...query }: ApplyAs = {}): Promise<ApiReply> {
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels: { of: manager } }, data };
    return api().call('PATCH', path(name), { body, type, query: { fieldManager: manager, ...query } });
  }
  const update = async (name: string, data: object): Promise<ApiReply> => {
    const how = { type: 'application/merge-patch+json', query: { fieldManager: 'me' } };
    return api().call('PATCH', path(name), { body: { data }, ...how });
  };

  describe('apply', () => {
    it('makes what is not there, names who applied what, and changes nothing the second time', async () => {
      const name = newName();
      const made = await apply(name, { a: '1' });
      expect(made).toMatchObject({ status: 201, body: { data: { a: '1' } } });
      expect(made.body.metadata.managedFields).toEqual([
        {
          manager: 'me',
          operation: 'Apply',
          apiVersion: 'v1',
          time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
          fieldsType: 'FieldsV1',
          fieldsV1: { 'f:data': { 'f:a': {} }, 'f:metadata': { 'f:labels': { 'f:of': {} } } },
        },
      ]);
      expect(await apply(name, { a: '1' })).toEqual({ status: 200, body: made.body });
    });

    it('takes away what its manager leaves out, and leaves what is of others', async () => {
      const name = newName();
      await apply(name, { a: '1', b: '2' });
      await update(name, { c: '3' });
      await apply(name, { d: '4' }, { manager: 'other', force: true });
      const { body } = await apply(name, { b: '2' }, { force: true });
      expect(body['data']).toEqual({ b: '2', c: '3', d: '4' });
    });

    it('of a field of someone else is a conflict, unless it is forced: 409', async () => {
      const name = newName();
      await apply(name, { a: '1', b: '2' });
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: '2', b: '2' } };
      const as = async (query: object) =>
        api().call('PATCH', path(name), { body, type, query: { fieldManager: 'other', ...query } });
      const refused = await as({});
      expect(refused).toMatchObject({ status: 409, body: { reason: 'Conflict' } });
      expect(refused.body['message']).toBe('Apply failed with 1 conflict: conflict with "me": .data.a');
      expect(refused.body['details']).toEqual({
        causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "me"', field: '.data.a' }],
      });
      const forced = await as({ force: true });
      expect(forced).toMatchObject({ status: 200, body: { data: { a: '2', b: '2' } } });
      expect(fieldsOf(forced.body, 'me', 'Apply')).toMatchObject({ 'f:data': { 'f:b': {} } });
      expect(fieldsOf(forced.body, 'me', 'Apply')).not.toHaveProperty(['f:data', 'f:a']);
      expect(fieldsOf(forced.body, 'other', 'Apply')).toMatchObject({ 'f:data': { 'f:a': {}, 'f:b': {} } });
    });

    it('owns no longer what an update has changed, unless the update says so itself', async () => {
      const name = newName();
      await apply(name, { a: '1', b: '2' });
      const { body } = await update(name, { a: '2' });
      expect(fieldsOf(body, 'me', 'Update')).toEqual({ 'f:data': { 'f:a': {} } });
      expect(fieldsOf(body, 'me', 'Apply')).not.toHaveProperty(['f:data', 'f:a']);
      const left = await apply(name, { b: '2' });
      expect(left.body['data']).toEqual({ a: '2', b: '2' });

      const applied = (left.body.metadata.managedFields ?? []).find(
        (entry) => 'operation' in entry && entry.operation === 'Apply',
      );
      const fieldsV1 = { 'f:data': { 'f:a': {}, 'f:b': {} }, 'f:metadata': { 'f:labels': { 'f:of': {} } } };
      const managedFields = [Object.assign({}, applied, { fieldsV1 })];
      const how = { type: 'application/merge-patch+json', query: { fieldManager: 'me' } };
      const adopted = await api().call('PATCH', path(name), { body: { metadata: { managedFields } }, ...how });
      expect(adopted.body.metadata.managedFields).toMatchObject([{ operation: 'Apply', fieldsV1 }]);
      expect((await apply(name, { b: '2' })).body['data']).toEqual({ b: '2' });
    });

    it('in a dry run says what would be: the version stays', async () => {
      const [name, dryRun] = [newName(), 'All'];
      const would = await apply(name, { a: '1' }, { dryRun });
      expect(would).toMatchObject({ status: 201, body: { data: { a: '1' } } });
      expect(would.body.metadata.resourceVersion).toBeUndefined();
      expect(await api().call('GET', path(name))).toMatchObject({ status: 404 });
      const made = await apply(name, { a: '1' });
      const { resourceVersion, uid } = made.body.metadata;
      const changed = await apply(name, { a: '2' }, { dryRun });
      expect(changed).toMatchObject({ status: 200, body: { data: { a: '2' }, metadata: { resourceVersion, uid } } });
      expect(await api().call('GET', path(name))).toEqual({ status: 200, body: made.body });
    });

    it('wants to know who applies, and that name and kind fit: 400', async () => {
      const name = newName();
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } };
      const query = { fieldManager: 'me' };
      expect((await api().call('PATCH', path(name), { body, type })).status).toBe(422);
      expect((await api().call('PATCH', path(newName()), { body, type, query })).status).toBe(400);
      expect((await api().call('PATCH', path(name), { body: { ...body, kind: 'Secret' }, type, query })).status).toBe(
        400,
      );
      const stale = { ...body, metadata: { name, resourceVersion: '1' } };
      await apply(name, {});
      expect((await api().call('PATCH', path(name), { body: stale, type, query })).status).toBe(409);
    });

    it('merges lists by what tells their items apart', async () => {
      const name = newName();
      const at = api().at('services', name);
      const applied = async (ports: object[]) => {
        const spec = { selector: { app: name }, ports };
        const body = { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec };
        return (await api().call('PATCH', at, { body, type, query: { fieldManager: 'me' } })).body;
      };
      const portsOf = ({ spec }: ApiBody) => (spec as { ports: { name: string; port: number }[] }).ports;
      await applied([{ name: 'one', port: 80 }]);
      const two = [
        { name: 'one', port: 80 },
        { name: 'two', port: 81 },
      ];
      expect(portsOf(await applied(two)).map(({ port }) => port)).toEqual([80, 81]);
      expect(portsOf(await applied([{ name: 'other', port: 81 }]))).toMatchObject([{ name: 'other', port: 81 }]);
    });
  });
}

interface ApplyAs {
  readonly manager?: string;
  readonly force?: boolean;
  readonly dryRun?: string;
}

function fieldsOf({ metadata }: ApiBody, manager: string, operation: string): object | undefined {
  const entries = (metadata.managedFields ?? []) as readonly { manager: string; operation: string; fieldsV1: object }[];
  return entries.find((entry) => entry.manager === manager && entry.operation === operation)?.fieldsV1;
}
