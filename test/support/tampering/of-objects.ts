import type { V1ConfigMap, V1Deployment, V1EndpointSlice, V1ReplicaSet, V1Service } from '@kubernetes/client-node';
import { pathOf } from '../../../src/platforms/kubernetes/api/resource-paths.ts';
import type { TestCluster } from '../cluster/cluster.ts';
import { untilPods } from '../cluster/service-url.ts';
import { mergePatch, objectThere, pausedName, podsOfName, type Tampering } from './tampering.ts';

const release = 'selfsame.dev/release';
const evil = 'e'.repeat(64);

/** What can be done to the objects of a deployment that runs. */
export const objectTamperings: readonly Tampering[] = [
  {
    title: 'an annotation of the Deployment',
    on: 'stock',
    async run(place) {
      const { metadata } = await objectThere<V1Deployment>(place, 'Deployment', 'stock');
      const before = metadata?.annotations?.[release];
      await mergePatch(place, 'Deployment', 'stock', { metadata: { annotations: { [release]: evil } } });
      return async () => mergePatch(place, 'Deployment', 'stock', { metadata: { annotations: { [release]: before } } });
    },
    found: ['annotations', /selfsame\.dev\/release is "eeeeeeeeeeee", not \w{12}/],
  },
  {
    title: 'an annotation of a pod',
    on: 'stock',
    async run(place) {
      const [pod] = await podsOfName(place, 'stock');
      const { name = '', annotations } = pod?.metadata ?? {};
      await mergePatch(place, 'Pod', name, { metadata: { annotations: { 'selfsame.dev/version.arm64': evil } } });
      const before = annotations?.['selfsame.dev/version.arm64'] ?? null;
      return async () =>
        mergePatch(place, 'Pod', name, { metadata: { annotations: { 'selfsame.dev/version.arm64': before } } });
    },
    found: ['annotations', /selfsame\.dev\/version\.arm64 is "eeeeeeeeeeee", and was not asked for/],
  },
  {
    title: 'a foreign pod that the Service chooses',
    on: 'stock',
    async run(place) {
      const [like] = await podsOfName(place, 'stock');
      const { image, securityContext } = like?.spec?.containers[0] ?? {};
      const script = "require('http').createServer((_,r)=>r.end('{}')).listen(8080)";
      const ports = [{ name: 'http', containerPort: 8080 }];
      const body = {
        metadata: { name: 'evil', labels: { ...like?.metadata?.labels, 'pod-template-hash': undefined } },
        spec: {
          nodeSelector: like?.spec?.nodeSelector,
          securityContext: like?.spec?.securityContext,
          terminationGracePeriodSeconds: 0,
          containers: [{ name: 'app', image, command: ['node', '-e', script], ports, securityContext }],
        },
      };
      await place.cluster.request('POST', pathOf('Pod', place), { body });
      await untilPods(place, 'stock', {
        holds: (pods) => pods.filter(({ status }) => status?.phase === 'Running').length > 1,
        signal: AbortSignal.timeout(60_000),
      });
      return async () => gone(place, 'Pod', 'evil');
    },
    found: ['spec', /it was not made by the Deployment stock/],
  },
  {
    title: 'an endpoint made by hand',
    on: 'stock',
    async run(place) {
      const slice: V1EndpointSlice = {
        metadata: { name: 'evil', labels: { 'kubernetes.io/service-name': 'stock' } },
        addressType: 'IPv4',
        ports: [{ name: 'http', port: 8080 }],
        endpoints: [{ addresses: ['198.18.9.9'], conditions: { ready: true } }],
      };
      await place.cluster.request('POST', pathOf('EndpointSlice', place), { body: slice });
      return async () => gone(place, 'EndpointSlice', 'evil');
    },
    found: ['endpoints', /requests go to what is none of these pods: 198\.18\.9\.9/],
  },
  service(
    'a Service that chooses others',
    { selector: { 'app.kubernetes.io/name': 'evil' } },
    /its selector is another/,
  ),
  service(
    'a Service that asks another port',
    { ports: [{ name: 'http', port: 80, targetPort: 9229 }] },
    /its ports is another/,
  ),
  service('a Service that leads elsewhere', { type: 'ExternalName', externalName: 'evil.test' }, /its .*type/),
  {
    title: 'no Service',
    on: 'stock',
    async run(place) {
      const there = await objectThere<V1Service>(place, 'Service', 'stock');
      await gone(place, 'Service', 'stock');
      return async () => made(place, 'Service', there);
    },
    found: ['endpoints', /it is gone/],
  },
  {
    title: 'a ReplicaSet that makes other pods',
    on: pausedName,
    async run(place) {
      const query = { labelSelector: `app.kubernetes.io/instance=${pausedName}` };
      const { items } = await place.cluster.request<{ items: V1ReplicaSet[] }>('GET', pathOf('ReplicaSet', place), {
        query,
      });
      const name = items[0]?.metadata?.name ?? '';
      const image = items[0]?.spec?.template?.spec?.containers[0]?.image;
      const path = '/spec/template/spec/containers/0/image';
      const patch = async (value: string | undefined) =>
        place.cluster.request('PATCH', pathOf('ReplicaSet', { ...place, name }), {
          contentType: 'application/json-patch+json',
          body: [{ op: 'replace', path, value }],
        });
      await patch('evil:1');
      return async () => patch(image);
    },
    found: ['spec', /containers\.app\.image "evil:1" is another/],
  },
  {
    title: 'a runner deleted, and made again with other content',
    on: 'stock',
    run: async (place) =>
      replacedMap(place, { on: 'stock', name: /-runner-/ }, (map) =>
        Object.assign({}, map, { data: { 'runner.cjs': 'evil()' } }),
      ),
    found: ['runner', /it holds something else \(SHA-256 \w{12}, not \w{12}\): pods refuse it/],
  },
  {
    title: 'a part of the application deleted, and made again with other content',
    on: 'stock',
    run: async (place) =>
      replacedMap(place, { on: 'stock', name: /-blob-.*-000$/ }, (map) => {
        const bytes = Buffer.from(map.binaryData?.['blob'] ?? '', 'base64');
        bytes[bytes.length >> 1] = ~(bytes[bytes.length >> 1] ?? 0) & 0xff;
        return Object.assign({}, map, { binaryData: { blob: bytes.toString('base64') } });
      }),
    found: ['stored', /it holds .*: pods refuse it/],
  },
  {
    title: 'no part of the application',
    on: 'stock',
    run: async (place) => replacedMap(place, { on: 'stock', name: /-blob-.*-000$/ }, () => undefined),
    found: ['stored', /is gone: new pods cannot start/],
  },
];

function service(title: string, spec: V1Service['spec'], reason: RegExp): Tampering {
  return {
    title,
    on: 'stock',
    async run(place) {
      const there = await objectThere<V1Service>(place, 'Service', 'stock');
      await gone(place, 'Service', 'stock');
      const { selector, ports } = there.spec ?? {};
      await made(place, 'Service', Object.assign({}, there, { spec: Object.assign({ selector, ports }, spec) }));
      return async () => {
        await gone(place, 'Service', 'stock');
        await made(place, 'Service', there);
      };
    },
    found: ['endpoints', reason],
  };
}

/** Deletes a ConfigMap of a deployment and makes another of its name. */
export async function replacedMap(
  place: TestCluster,
  { on, name }: { readonly on: string; readonly name: RegExp },
  change: (map: V1ConfigMap) => V1ConfigMap | undefined,
): Promise<() => Promise<void>> {
  const { items } = await place.cluster.request<{ items: V1ConfigMap[] }>('GET', pathOf('ConfigMap', place), {
    query: { labelSelector: `app.kubernetes.io/instance=${on}` },
  });
  const there = items.find(({ metadata }) => name.test(metadata?.name ?? ''));
  if (there === undefined) throw new Error(`No ConfigMap ${name.source}`);
  const [own, changed] = [there.metadata?.name ?? '', change(there)];
  await gone(place, 'ConfigMap', own);
  if (changed !== undefined) await made(place, 'ConfigMap', changed);
  return async () => {
    if (changed !== undefined) await gone(place, 'ConfigMap', own);
    await made(place, 'ConfigMap', there);
  };
}

type Removable = 'Pod' | 'Service' | 'ConfigMap' | 'EndpointSlice';

async function gone(place: TestCluster, kind: Removable, name: string): Promise<void> {
  await place.cluster.request('DELETE', pathOf(kind, { ...place, name }));
}

async function made(place: TestCluster, kind: Removable, object: V1Service | V1ConfigMap): Promise<void> {
  const { name, labels, annotations } = object.metadata ?? {};
  await place.cluster.request('POST', pathOf(kind, place), {
    body: Object.assign({}, object, { metadata: { name, labels, annotations } }),
  });
}
