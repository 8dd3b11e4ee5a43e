import { describe, expect, it } from '@jest/globals';
import type { V1Pod } from '@kubernetes/client-node';
import { resultOf } from '../../../../src/platforms/evidence.ts';
import { deploymentIn } from '../../../../src/platforms/kubernetes/manifest/intent.ts';
import { compareWith } from '../../../../src/platforms/kubernetes/evidence/compare.ts';
import type { Observations } from '../../../../src/platforms/kubernetes/evidence/read-evidence.ts';
import { manifestFor } from '../../../../src/platforms/kubernetes/manifest/manifest.ts';
import type { ManifestIntent } from '../../../../src/platforms/kubernetes/manifest/intent.ts';
import { parseDigest } from '../../../../src/shared/digest.ts';
import { testIntent } from '../../../support/kubernetes/intent.ts';

const digest = `sha256:${'d'.repeat(64)}`;
const intent = testIntent({ runnerImage: `registry.test/runner@${digest}` });

describe('compareWith()', () => {
  it('proves what is as it should be', () => {
    const compared = compareWith(intent, seenOf(intent));
    expect(compared.filter(({ result }) => result !== 'same')).toEqual([]);
    expect(compared).toHaveLength(8);
  });

  it.each<[string, ManifestIntent, Partial<Observations>, string]>([
    ['an image without a digest', testIntent(), {}, 'image: example.test/selfsame-runner:1 names no digest'],
    [
      'ReplicaSets that nobody may list',
      intent,
      { replicaSets: undefined },
      'annotations: this account may not list replicasets',
    ],
    ['a Service that nobody may read', intent, { service: undefined }, 'endpoints: this account may not get services'],
    [
      'endpoints that nobody may list',
      intent,
      { slices: undefined },
      'endpoints: this account may not list endpointslices',
    ],
    ['what has no pods', intent, { pods: [], slices: [] }, 'spec: it has no pods'],
  ])('does not call proven: %s', (_title, wanted, changes, reason) => {
    const compared = compareWith(wanted, { ...seenOf(wanted), ...changes });
    expect(resultOf(compared)).toBe('not-proven');
    const open = compared.filter(({ result }) => result === 'not-proven');
    expect(open.map((one) => `${one.evidence}: ${one.reason}`).join('\n')).toContain(reason);
  });

  it('says of another release that it is one, and does not judge how that was made', () => {
    const release = parseDigest('b'.repeat(64));
    const script = testIntent({ runner: { kind: 'stock', script: 'run()', digest: parseDigest('c'.repeat(64)) } });
    const seen = seenOf({ ...intent, release });
    const compared = compareWith({ ...script, runnerImage: intent.runnerImage }, { ...seen, configMap: null });
    expect(
      compared.flatMap(({ evidence, result, reason }) => (result === 'same' ? [] : [[evidence, result, reason]])),
    ).toEqual([
      ...['runner', 'spec', 'spec', 'spec'].map((evidence) => [
        evidence,
        'not-proven',
        expect.stringContaining('it is of release bbbbbbbbbbbb'),
      ]),
      ...[1, 2, 3].map(() => ['annotations', 'differs', 'selfsame.dev/release is "bbbbbbbbbbbb", not aaaaaaaaaaaa']),
    ]);
    expect(compared.filter(({ result }) => result === 'same').map(({ evidence }) => evidence)).toEqual([
      'image',
      'endpoints',
    ]);
  });

  it('compares all of what is called another release by some of it only', () => {
    const seen = seenOf(intent);
    Object.assign(seen.deployment.metadata.annotations ?? {}, { 'selfsame.dev/release': 'b'.repeat(64) });
    Object.assign(seen.deployment.spec?.template.spec ?? {}, { hostNetwork: true });
    expect(compareWith(intent, seen)).toContainEqual({
      evidence: 'spec',
      object: 'Deployment hello-world',
      result: 'differs',
      reason: 'hostNetwork true was not asked for',
    });
  });

  it('compares all of a pod that calls itself another release where the Deployment is of this one', () => {
    const release = parseDigest('b'.repeat(64));
    const { pods } = seenOf({ ...intent, release });
    Object.assign(pods[0]?.spec ?? {}, { hostNetwork: true });
    const compared = compareWith(intent, { ...seenOf(intent), pods });
    expect(compared).toContainEqual(
      expect.objectContaining({
        evidence: 'spec',
        result: 'differs',
        reason: expect.stringContaining('hostNetwork true'),
      }),
    );
  });

  it('shows which digest a node runs, to compare it with the registry', () => {
    const unpinned = testIntent({ runnerImage: 'node:26.10.0-slim' });
    const [{ reason } = {}] = compareWith(unpinned, seenOf(unpinned));
    expect(reason).toContain(`pass --runner-image node:26.10.0-slim@${digest}`);
  });

  it('knows replicas that finish what they have from what stays', () => {
    const seen = seenOf(intent);
    const [pod] = seen.pods;
    const ending = (name: string, seconds: number): V1Pod => {
      const metadata = { name, uid: name, deletionTimestamp: new Date(), deletionGracePeriodSeconds: seconds };
      return Object.assign({}, pod, { metadata: Object.assign({}, pod?.metadata, metadata), spec: { containers: [] } });
    };
    const resultWith = (...more: V1Pod[]) => resultOf(compareWith(intent, { ...seen, pods: [...seen.pods, ...more] }));
    expect(resultWith(ending('leaving', 30))).toBe('same');
    expect(resultWith(ending('staying', 31_536_000))).toBe('differs');
    const foreign = ending('foreign', 30);
    Object.assign(foreign.metadata ?? {}, { ownerReferences: [] });
    expect(resultWith(foreign)).toBe('differs');
  });

  it('looks at endpoints that still serve, also where they are not ready', () => {
    const seen = seenOf(intent);
    const slice = (ready: boolean, serving: boolean) => ({
      addressType: 'IPv4',
      endpoints: [{ addresses: ['203.0.113.1'], conditions: { ready, serving, terminating: true } }],
    });
    const resultWith = (more: ReturnType<typeof slice>) =>
      resultOf(compareWith(intent, { ...seen, slices: [...(seen.slices ?? []), more] }));
    expect([resultWith(slice(false, true)), resultWith(slice(false, false))]).toEqual(['differs', 'same']);
  });

  it('compares a NetworkPolicy where one was asked for, and a profile that was taken off', () => {
    const guarded = { ...intent, networkPolicy: true };
    const seen = seenOf(guarded);
    const policy = manifestFor(guarded).find(({ kind }) => kind === 'NetworkPolicy') as Observations['policy'];
    const open = Object.assign({}, policy, { spec: { podSelector: {}, ingress: [{}] } });
    const results = [policy, open, null, undefined].map((found) =>
      resultOf(compareWith(guarded, { ...seen, policy: found })),
    );
    expect(results).toEqual(['same', 'differs', 'differs', 'not-proven']);
    const [pod] = seen.pods;
    Object.assign(pod?.metadata?.annotations ?? {}, {
      'container.apparmor.security.beta.kubernetes.io/app': 'unconfined',
    });
    expect(resultOf(compareWith(guarded, { ...seen, policy }))).toBe('differs');
  });

  it('tells an image of another digest, unless the pod was asked for the right one', () => {
    const seen = seenOf(intent);
    const imageID = `registry.test/runner@sha256:${'e'.repeat(64)}`;
    Object.assign(seen.pods[0]?.status?.containerStatuses?.[0] ?? {}, { imageID });
    const compared = compareWith(intent, seen);
    expect(compared.filter(({ result }) => result !== 'same')).toMatchObject([
      { evidence: 'image', result: 'not-proven' },
    ]);
    Object.assign(seen.pods[0]?.spec?.containers[0] ?? {}, { image: 'registry.test/other' });
    const [image] = compareWith(intent, seen);
    expect(image).toMatchObject({ evidence: 'image', result: 'differs' });
  });
});

/** What a cluster shows of an intent that was applied there. */
function seenOf(wanted: ManifestIntent): Observations {
  const objects = manifestFor(wanted);
  const service = objects.find(({ kind }) => kind === 'Service');
  const deployment = deploymentIn(objects) as Observations['deployment'];
  Object.assign(deployment.metadata, { uid: 'deployment' });
  const { template } = deployment.spec ?? {};
  const owned = (uid: string, by: string, kind: string) => ({
    name: uid,
    uid,
    annotations: template?.metadata?.annotations ?? {},
    ownerReferences: [{ apiVersion: 'apps/v1', kind, name: by, uid: by }],
  });
  const pod: V1Pod = {
    metadata: owned('pod', 'set', 'ReplicaSet'),
    spec: template?.spec ?? { containers: [] },
    status: {
      phase: 'Running',
      podIPs: [{ ip: '10.0.0.1' }],
      containerStatuses: [
        { name: 'app', image: '', imageID: `registry.test/runner@${digest}`, ready: true, restartCount: 0 },
      ],
    },
  };
  return {
    deployment,
    replicaSets: [
      {
        metadata: owned('set', 'deployment', 'Deployment'),
        spec: { replicas: 1, selector: {}, ...(template && { template }) },
      },
    ],
    pods: [pod],
    service: (service ?? null) as Observations['service'],
    slices: [
      {
        addressType: 'IPv4',
        endpoints: [{ addresses: ['10.0.0.1'], targetRef: { kind: 'Pod', name: 'pod', uid: 'pod' } }],
      },
    ],
    policy: undefined,
    configMap: undefined,
  };
}
