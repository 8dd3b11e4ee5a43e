import type { V1Deployment, V1Pod, V1ReplicaSet } from '@kubernetes/client-node';
import { expect, it } from '@jest/globals';
import { manifestFor } from '../../../src/platforms/kubernetes/manifest/manifest.ts';
import { serverImage } from '../cluster/cluster.ts';
import { testIntent } from '../kubernetes/intent.ts';
import { type ApiCalls, apiCalls, type ApiPlace, newName } from './api-calls.ts';

const revisionAnnotation = 'deployment.kubernetes.io/revision';

/** What the controllers behind a server of the Kubernetes API make of a Deployment. */
export function deploymentContract(open: () => ApiPlace): void {
  const api = (): ApiCalls => apiCalls(open());

  function manifest(name: string, changes: { replicas: number; greeting?: string }): V1Deployment {
    const { greeting, ...counts } = changes;
    const intent = testIntent({ name, namespace: open().namespace, runnerImage: serverImage, ...counts });
    const args = greeting === undefined ? [] : [greeting];
    const objects = manifestFor({ ...intent, args, terminationGracePeriodSeconds: 1 });
    const found = objects.find((object): object is V1Deployment => object.kind === 'Deployment');
    if (found === undefined) throw new Error('No Deployment in the manifest');
    return found;
  }
  const apply = async (deployment: V1Deployment): Promise<V1Deployment> => {
    const how = { type: 'application/apply-patch+yaml', query: { fieldManager: 'selfsame', force: true } };
    const { status, body } = await api().call('PATCH', pathOf(deployment), { body: deployment, ...how });
    expect([200, 201]).toContain(status);
    return body;
  };
  const pathOf = ({ metadata }: V1Deployment): string => api().at('deployments', metadata?.name);
  /** Waits until its controller says that the rollout is over, with no pod of an earlier one. */
  const done = async (name: string, replicas: number): Promise<V1Deployment> => {
    const isDone = ({ spec, status, metadata }: V1Deployment): boolean =>
      spec?.replicas === replicas &&
      status?.observedGeneration === metadata?.generation &&
      status?.replicas === replicas &&
      status.updatedReplicas === replicas &&
      status.availableReplicas === replicas &&
      status.conditions?.some(({ reason }) => reason === 'NewReplicaSetAvailable') === true;
    const query = { fieldSelector: `metadata.name=${name}` };
    const { body } = await api().call('GET', api().at('deployments'), { query });
    const found = (body.items ?? []).map((object) => object as V1Deployment).find(isDone);
    if (found !== undefined) return found;
    const seen = await api().events(
      api().at('deployments'),
      { ...query, resourceVersion: body.metadata.resourceVersion },
      { until: ({ object }) => isDone(object) },
    );
    return seen.map(({ object }) => object as V1Deployment).find(isDone) ?? {};
  };
  const listed = async <T>(plural: string, name: string): Promise<T[]> => {
    const query = { labelSelector: `app.kubernetes.io/instance=${name}` };
    return ((await api().call('GET', api().at(plural), { query })).body.items ?? []) as T[];
  };
  const setsOf = async (name: string): Promise<V1ReplicaSet[]> => {
    const revisionOf = ({ metadata }: V1ReplicaSet): number => Number(metadata?.annotations?.[revisionAnnotation]);
    return (await listed<V1ReplicaSet>('replicasets', name)).toSorted(
      (one, other) => revisionOf(one) - revisionOf(other),
    );
  };

  it('a Deployment gets a ReplicaSet and its pods, each owned by what made it, and keeps its revision', async () => {
    const name = newName();
    const made = await apply(manifest(name, { replicas: 2 }));
    expect(made.metadata?.generation).toBe(1);
    const { metadata, status } = await done(name, 2);
    expect(status).toMatchObject({ observedGeneration: 1, replicas: 2, updatedReplicas: 2, readyReplicas: 2 });
    expect(metadata?.annotations).toMatchObject({ [revisionAnnotation]: '1' });

    const [set, ...more] = await setsOf(name);
    expect(more).toEqual([]);
    const hash = set?.metadata?.labels?.['pod-template-hash'] ?? '-';
    const owner = { controller: true, blockOwnerDeletion: true };
    expect(set).toMatchObject({
      metadata: {
        name: `${name}-${hash}`,
        annotations: { [revisionAnnotation]: '1' },
        ownerReferences: [{ ...owner, apiVersion: 'apps/v1', kind: 'Deployment', name, uid: metadata?.uid }],
      },
      spec: {
        replicas: 2,
        selector: { matchLabels: { 'pod-template-hash': hash } },
        template: { metadata: { labels: { 'pod-template-hash': hash } } },
      },
      status: { replicas: 2, readyReplicas: 2 },
    });
    const pods = await listed<V1Pod>('pods', name);
    expect(pods).toHaveLength(2);
    const { uid } = set?.metadata ?? {};
    for (const pod of pods)
      expect(pod).toMatchObject({
        metadata: {
          name: expect.stringMatching(new RegExp(`^${name}-${hash}-[a-z\\d]{5}$`)),
          labels: set?.spec?.template?.metadata?.labels,
          ownerReferences: [{ ...owner, apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `${name}-${hash}`, uid }],
        },
        spec: { nodeName: expect.any(String) },
        status: { phase: 'Running', containerStatuses: [{ name: 'app', ready: true, restartCount: 0 }] },
      });

    const again = await apply(manifest(name, { replicas: 2 }));
    expect(again.metadata).toMatchObject({ generation: 1, annotations: { [revisionAnnotation]: '1' } });
    await api().call('DELETE', pathOf(made));
  }, 90_000);

  it('the logs of a pod come as text, with times or without, and of no instance before the first: 400', async () => {
    const name = newName();
    const made = await apply(manifest(name, { replicas: 1 }));
    await done(name, 1);
    const [pod] = await listed<V1Pod>('pods', name);
    const log = async (query: Record<string, string | number | boolean>, of = pod?.metadata?.name) =>
      api().read(`${api().at('pods', of)}/log`, { container: 'app', ...query });
    const plain = await log({});
    expect(plain).toMatchObject({ status: 200, text: expect.stringMatching(/^.+\n/) });
    const timed = await log({ timestamps: true, tailLines: 1 });
    expect(timed.text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,9}Z .+\n$/);
    expect((await log({ tailLines: 0 })).text).toBe('');
    const before = await log({ previous: true });
    expect(before.status).toBe(400);
    expect(JSON.parse(before.text)).toMatchObject({
      reason: 'BadRequest',
      message: `previous terminated container "app" in pod "${pod?.metadata?.name}" not found`,
    });
    const none = await log({}, 'none');
    expect(none.status).toBe(404);
    expect(JSON.parse(none.text)).toMatchObject({ reason: 'NotFound', message: 'pods "none" not found' });
    await api().call('DELETE', pathOf(made));
  }, 90_000);

  it('scaling changes the number alone, and takes it from whom applied it', async () => {
    const name = newName();
    const made = await apply(manifest(name, { replicas: 1 }));
    const scale = `${pathOf(made)}/scale`;
    const body = { spec: { replicas: 2 } };
    const scaled = await api().call('PATCH', scale, {
      body,
      type: 'application/merge-patch+json',
      query: { fieldManager: 'selfsame' },
    });
    const { uid } = made.metadata ?? {};
    expect(scaled).toMatchObject({
      status: 200,
      body: { kind: 'Scale', apiVersion: 'autoscaling/v1', metadata: { name, uid }, spec: { replicas: 2 } },
    });
    expect((await api().call('GET', scale)).body).toMatchObject({
      kind: 'Scale',
      status: { selector: expect.stringContaining(`app.kubernetes.io/instance=${name}`) },
    });
    const { metadata, spec } = await done(name, 2);
    expect([metadata?.generation, spec?.template]).toEqual([2, made.spec?.template]);
    const owners = metadata?.managedFields?.map(({ manager, operation, subresource, fieldsV1 }) => {
      return { manager, operation, subresource, replicas: (fieldsV1 as Fields)['f:spec']?.['f:replicas'] };
    });
    expect(owners).toEqual(
      expect.arrayContaining([
        { manager: 'selfsame', operation: 'Apply', subresource: undefined, replicas: undefined },
        { manager: 'selfsame', operation: 'Update', subresource: 'scale', replicas: {} },
      ]),
    );
    expect((await setsOf(name)).map((set) => set.spec?.replicas)).toEqual([2]);
    await api().call('DELETE', pathOf(made));
  }, 90_000);

  it('another template is another revision; an earlier one that comes again gets a new number; all goes with the Deployment', async () => {
    const name = newName();
    const made = await apply(manifest(name, { replicas: 1 }));
    await done(name, 1);
    const labelled = { metadata: { labels: { a: 'b' } } };
    const type = 'application/merge-patch+json';
    expect((await api().call('PATCH', pathOf(made), { body: labelled, type })).body.metadata.generation).toBe(1);

    const changed = await apply(manifest(name, { replicas: 1, greeting: 'Hi' }));
    expect(changed.metadata?.generation).toBe(2);
    expect((await done(name, 1)).metadata?.annotations).toMatchObject({ [revisionAnnotation]: '2' });
    const both = await setsOf(name);
    expect(both.map(({ spec }) => spec?.replicas)).toEqual([0, 1]);

    await apply(manifest(name, { replicas: 1 }));
    expect((await done(name, 1)).metadata?.annotations).toMatchObject({ [revisionAnnotation]: '3' });
    const back = await setsOf(name);
    expect(back.map(({ metadata }) => metadata?.uid)).toEqual(both.map(({ metadata }) => metadata?.uid).toReversed());

    const query = { labelSelector: `app.kubernetes.io/instance=${name}` };
    const { resourceVersion } = (await api().call('GET', api().at('replicasets'), { query })).body.metadata;
    let gone = 0;
    const isLast = ({ type: what }: { type: string }): boolean => what === 'DELETED' && (gone += 1) === 2;
    const onOpen = async (): Promise<unknown> => api().call('DELETE', pathOf(made));
    await api().events(api().at('replicasets'), { ...query, resourceVersion }, { until: isLast, onOpen });
    expect(await setsOf(name)).toEqual([]);
  }, 90_000);
}

interface Fields {
  readonly [field: string]: Fields;
}
