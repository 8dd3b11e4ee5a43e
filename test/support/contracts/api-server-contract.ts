import { describe, expect, it } from '@jest/globals';
import { type ApiBody, type ApiCalls, apiCalls, type ApiPlace, type ApiReply, newName } from './api-calls.ts';

const mergePatch = 'application/merge-patch+json';
const applyPatch = 'application/apply-patch+yaml';

/**
 * What every server of the Kubernetes API that tests talk to has to do, the played one included: that is what lets other tests
 * trust it. https://kubernetes.io/docs/reference/using-api/api-concepts/
 */
export function apiServerContract(open: () => ApiPlace): void {
  const api = (): ApiCalls => apiCalls(open());
  const call: ApiCalls['call'] = async (...words) => api().call(...words);
  const at: ApiCalls['at'] = (...words) => api().at(...words);
  const create = async (data: object): Promise<ApiBody> => api().create(data);
  const patch = async ({ metadata: { name } }: ApiBody, body: unknown, type = mergePatch): Promise<ApiReply> =>
    call('PATCH', at('configmaps', name), { body, type });

  describe('an object', () => {
    it('that is created has a uid, a version and a time, and is read as it was answered', async () => {
      const made = await create({ a: '1' });
      const { namespace } = open();
      expect(made).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1', data: { a: '1' } });
      expect(made.metadata).toMatchObject({
        namespace,
        uid: expect.stringMatching(/^[\da-f-]{36}$/),
        resourceVersion: expect.stringMatching(/^[1-9]\d*$/),
        creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      });
      expect(await call('GET', at('configmaps', made.metadata.name))).toEqual({ status: 200, body: made });
    });

    it('that is there cannot be created: 409', async () => {
      const {
        metadata: { name },
      } = await create({});
      const again = await call('POST', at('configmaps'), { body: { metadata: { name } } });
      const message = `configmaps "${name}" already exists`;
      expect(again).toEqual(refusedCall(409, 'AlreadyExists', { message, details: { name, kind: 'configmaps' } }));
    });

    it('is named by the server where only generateName is given', async () => {
      const body = { metadata: { generateName: 'made-' } };
      const made = await call('POST', at('configmaps'), { body });
      expect(made).toMatchObject({
        status: 201,
        body: { metadata: { name: expect.stringMatching(/^made-[a-z\d]{5}$/) } },
      });
      expect(await call('POST', at('configmaps'), { body: { metadata: {} } })).toMatchObject({ status: 422 });
    });

    it('that is missing is a Status: 404', async () => {
      for (const [method, options] of [
        ['GET', {}],
        ['DELETE', {}],
        ['PATCH', { body: {}, type: mergePatch }],
      ] as const) {
        const message = 'deployments.apps "none" not found';
        const details = { name: 'none', group: 'apps', kind: 'deployments' };
        expect(await call(method, at('deployments', 'none'), options)).toEqual(
          refusedCall(404, 'NotFound', { message, details }),
        );
      }
    });

    it('cannot be made in a namespace that is missing: 404', async () => {
      const path = '/api/v1/namespaces/selfsame-none/configmaps';
      const message = 'namespaces "selfsame-none" not found';
      const details = { name: 'selfsame-none', kind: 'namespaces' };
      const refused = refusedCall(404, 'NotFound', { message, details });
      expect(await call('POST', path, { body: { metadata: { name: 'one' } } })).toEqual(refused);
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' } };
      expect(await call('PATCH', `${path}/one`, { body, type: applyPatch, query: { fieldManager: 'me' } })).toEqual(
        refused,
      );
      expect(await call('GET', path)).toMatchObject({ status: 200, body: { items: [] } });
    });

    it('that is immutable keeps its data, and its metadata may change: 422', async () => {
      const name = newName();
      const body = { metadata: { name }, immutable: true, data: { a: 'YQ==' } };
      expect(await call('POST', at('secrets'), { body })).toMatchObject({ status: 201, body: { type: 'Opaque' } });
      const change = async (wanted: object) => call('PATCH', at('secrets', name), { body: wanted, type: mergePatch });
      expect(await change({ data: { a: 'Yg==' } })).toMatchObject({
        status: 422,
        body: { reason: 'Invalid', message: expect.stringContaining('field is immutable when `immutable` is set') },
      });
      expect(await change({ metadata: { labels: { b: 'c' } } })).toMatchObject({ status: 200 });
    });
  });

  describe('a dry run', () => {
    it('answers what would be, and keeps nothing', async () => {
      const [name, query] = [newName(), { dryRun: 'All' }];
      const would = await call('POST', at('configmaps'), { body: { metadata: { name } }, query });
      expect(would).toMatchObject({ status: 201, body: { metadata: { uid: expect.any(String) } } });
      expect(would.body.metadata.resourceVersion).toBeUndefined();
      expect(await call('GET', at('configmaps', name))).toMatchObject({ status: 404 });

      const made = await create({ a: '1' });
      const path = at('configmaps', made.metadata.name);
      const changed = await call('PATCH', path, { body: { data: { a: '2' } }, type: mergePatch, query });
      const { resourceVersion } = made.metadata;
      expect(changed).toMatchObject({ status: 200, body: { data: { a: '2' }, metadata: { resourceVersion } } });
      expect(await call('DELETE', path, { query })).toMatchObject({ status: 200 });
      expect(await call('GET', path)).toEqual({ status: 200, body: made });
    });
  });

  describe('a deletion', () => {
    it('answers with a Status, and the object is gone', async () => {
      const {
        metadata: { name, uid },
      } = await create({});
      const details = { name, kind: 'configmaps', uid };
      const body = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
      expect(await call('DELETE', at('configmaps', name))).toEqual({ status: 200, body });
      expect(await call('GET', at('configmaps', name))).toMatchObject({ status: 404 });
    });

    it('of another object than the one that was seen is a conflict: 409', async () => {
      const made = await create({ a: '1' });
      const { name, uid, resourceVersion } = made.metadata;
      await patch(made, { data: { a: '2' } });
      const remove = async (preconditions: object): Promise<ApiReply> =>
        call('DELETE', at('configmaps', name), {
          body: { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background', preconditions },
        });
      for (const preconditions of [{ uid: 'other' }, { uid, resourceVersion }])
        expect(await remove(preconditions)).toMatchObject({
          status: 409,
          body: {
            reason: 'Conflict',
            message: expect.stringMatching(
              /^Operation cannot be fulfilled on .* the (UID|ResourceVersion) in the precondition \(.*\) does not match the (UID|ResourceVersion) in record \(.*\)\. The object might have been /,
            ),
          },
        });
      expect(await remove({ uid })).toMatchObject({ status: 200 });
    });
  });

  it('the server tells its version, and what an account is and may do', async () => {
    const version = await call('GET', '/version');
    expect(version).toMatchObject({ status: 200, body: { major: '1', minor: expect.stringMatching(/^\d+/) } });
    expect(version.body['gitVersion']).toMatch(/^v1\.\d+\.\d+/);
    const review = async (plural: string, body: object) => {
      const group = plural === 'selfsubjectreviews' ? 'authentication' : 'authorization';
      return call('POST', `/apis/${group}.k8s.io/v1/${plural}`, { body });
    };
    const { namespace } = open();
    const resourceAttributes = { namespace, verb: 'get', resource: 'secrets' };
    expect(await review('selfsubjectaccessreviews', { spec: { resourceAttributes } })).toMatchObject({
      status: 201,
      body: { kind: 'SelfSubjectAccessReview', spec: { resourceAttributes }, status: { allowed: true } },
    });
    expect(await review('selfsubjectrulesreviews', { spec: { namespace } })).toMatchObject({
      status: 201,
      body: {
        kind: 'SelfSubjectRulesReview',
        status: {
          resourceRules: expect.arrayContaining([
            expect.objectContaining({ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }),
          ]),
        },
      },
    });
    expect(await review('selfsubjectreviews', {})).toMatchObject({
      status: 201,
      body: {
        kind: 'SelfSubjectReview',
        metadata: { creationTimestamp: expect.stringMatching(/^\d{4}-.*\dZ$/) },
        status: { userInfo: { username: expect.stringMatching(/./) } },
      },
    });
  });
}

function refusedCall(code: number, reason: string, { message, details }: { message: string; details: object }): object {
  const body = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, details, code };
  return { status: code, body };
}
