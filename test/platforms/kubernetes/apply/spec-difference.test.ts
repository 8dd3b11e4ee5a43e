import { describe, expect, it } from '@jest/globals';
import type { V1PodSpec } from '@kubernetes/client-node';
import { removeAt, specDifferences } from '../../../../src/platforms/kubernetes/apply/spec-difference.ts';
import { podSpecFor } from '../../../../src/platforms/kubernetes/manifest/pod-spec.ts';
import { testIntent } from '../../../support/kubernetes/intent.ts';

const wanted = podSpecFor(testIntent({ env: { COLOUR: 'blue' } }));

/** What an API server, admission and the scheduler make of it. */
function kept(spec: V1PodSpec): V1PodSpec {
  const found = copyOf(spec);
  Object.assign(found, {
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    serviceAccountName: 'default',
    serviceAccount: 'default',
    nodeName: 'node-1',
    priority: 0,
    preemptionPolicy: 'PreemptLowerPriority',
    tolerations: [
      { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
    ],
  });
  for (const container of found.containers) {
    Object.assign(container, { terminationMessagePath: '/dev/termination-log', resources: { limits: { cpu: '1' } } });
    for (const probe of [container.startupProbe, container.readinessProbe, container.livenessProbe]) {
      Object.assign(probe ?? {}, { successThreshold: 1 });
      Object.assign(probe?.httpGet ?? {}, { scheme: 'HTTP' });
    }
  }
  return found;
}

/** As it comes over the network. */
function copyOf<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** As admission writes it, with what an API server adds. */
const tokenSources = [
  { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
  { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
  { downwardAPI: { items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }] } },
];
const tokenMount = {
  name: 'kube-api-access-x2x7p',
  mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
  readOnly: true,
};

describe('specDifferences()', () => {
  it('finds none in what a cluster makes of a spec', () => {
    expect(specDifferences(wanted, kept(wanted))).toEqual([]);
  });

  it('takes nothing for a token but what admission mounts in a pod, where an account was asked for', () => {
    const withAccount = podSpecFor(testIntent({ serviceAccount: 'greeter' }));
    const mounted = (change: (parts: { sources: object[]; mount: object }) => unknown = () => undefined): V1PodSpec => {
      const parts = { sources: copyOf<object[]>(tokenSources), mount: copyOf<object>(tokenMount) };
      change(parts);
      const found = Object.assign(kept(withAccount), { serviceAccountName: 'greeter' });
      found.volumes?.push({ name: tokenMount.name, projected: { defaultMode: 420, sources: parts.sources } });
      found.containers[0]?.volumeMounts?.push(parts.mount as typeof tokenMount);
      return found;
    };
    const count = (found: V1PodSpec, isPod = true): number => specDifferences(withAccount, found, { isPod }).length;
    expect(count(mounted())).toBe(0);
    // Nothing mounts it in a template.
    expect(count(mounted(), false)).toBe(2);
    expect(count(mounted(({ sources }) => sources.push({ secret: { name: 'evil' } })))).toBe(2);
    expect(count(mounted(({ sources }) => sources.splice(1, 1, { configMap: { name: 'evil' } })))).toBe(2);
    expect(count(mounted(({ mount }) => Object.assign(mount, { subPath: 'evil' })))).toBe(1);
    const without = specDifferences(wanted, mounted(), { isPod: true }).map(({ path }) => path);
    expect(without).toEqual(expect.arrayContaining(['volumes.kube-api-access-x2x7p', 'serviceAccountName']));
  });

  it('takes an empty variable for one, and images that are looked for anew for no difference', () => {
    const empty = podSpecFor(testIntent({ env: { FEATURE: '' } }));
    const found = kept(empty);
    const [app] = found.containers;
    delete app?.env?.find(({ name }) => name === 'FEATURE')?.value;
    Object.assign(app ?? {}, { imagePullPolicy: 'Always' });
    expect(specDifferences(empty, found)).toEqual([]);
  });

  it.each<[string, (spec: V1PodSpec) => unknown, string[]]>([
    [
      'a value',
      ({ containers: [app] }) => Object.assign(app?.env?.at(-1) ?? {}, { value: 'x' }),
      ['containers.app.env.SELFSAME_SIZE_X64.value changed'],
    ],
    [
      'a value from elsewhere',
      ({ containers: [app] }) =>
        app?.env?.push({ name: 'COLOUR', valueFrom: { secretKeyRef: { name: 'a', key: 'b' } } }),
      ['containers.app.env.COLOUR.value missing', 'containers.app.env.COLOUR.valueFrom added'],
    ],
    [
      'a right',
      ({ containers: [app] }) => Object.assign(app ?? {}, { securityContext: { allowPrivilegeEscalation: true } }),
      [
        'containers.app.securityContext.readOnlyRootFilesystem missing',
        'containers.app.securityContext.capabilities missing',
        'containers.app.securityContext.allowPrivilegeEscalation changed',
      ],
    ],
    [
      'what is not forbidden any more',
      (spec) => {
        delete spec.automountServiceAccountToken;
        delete spec.containers[0]?.securityContext?.allowPrivilegeEscalation;
      },
      ['automountServiceAccountToken missing', 'containers.app.securityContext.allowPrivilegeEscalation missing'],
    ],
    [
      'a device',
      ({ containers: [app] }) =>
        Object.assign(app ?? {}, { resources: { limits: { cpu: '2', 'example.test/fuse': '1' } } }),
      ['containers.app.resources added'],
    ],
    [
      'what has the name of something of JavaScript',
      (spec) => spec.containers.push({ name: 'constructor', image: 'evil' }, { name: '__proto__', image: 'evil' }),
      ['containers.__proto__ added', 'containers.constructor added'],
    ],
    [
      'an image that need not be looked for',
      ({ containers: [app] }) => Object.assign(app ?? {}, { imagePullPolicy: 'Never' }),
      ['containers.app.imagePullPolicy changed'],
    ],
    ['no container of ours', (spec) => (spec.containers = []), ['containers missing']],
    ['what is not known here yet', (spec) => Object.assign(spec, { newIn2030: { hook: 'evil' } }), ['newIn2030 added']],
  ])('finds %s', (_title, change, expected) => {
    const found = kept(wanted);
    change(found);
    expect(pathsIn(found).toSorted()).toEqual(expected.toSorted());
  });

  it('shows no value that may be secret', () => {
    const found = kept(wanted);
    found.containers[0]?.env?.push({ name: 'TOKEN', value: 'very-secret' });
    found.containers[0]?.env?.push(
      { name: 'db.image', value: 'very-secret' },
      { name: 'privileged', value: 'very-secret' },
    );
    Object.assign(found.containers[0] ?? {}, { args: ['--password', 'very-secret'] });
    expect(JSON.stringify(specDifferences(wanted, found))).not.toContain('very-secret');
  });
});

function pathsIn(found: V1PodSpec): string[] {
  return specDifferences(wanted, found).map(({ path, kind }) => `${path} ${kind}`);
}

describe('removeAt()', () => {
  it('takes out just what was added', () => {
    const found = kept(wanted);
    found.containers.push({ name: 'evil', image: 'evil:1' });
    found.containers[0]?.env?.push({ name: 'LD_PRELOAD', value: '/tmp/evil.so' });
    Object.assign(found, { hostNetwork: true, nodeSelector: { pool: 'small' } });
    const before = kept(wanted);
    for (const { keys } of specDifferences(wanted, found)) removeAt(found, keys);
    expect(found).toEqual(Object.assign(before, { nodeSelector: { pool: 'small' } }));
  });
});
