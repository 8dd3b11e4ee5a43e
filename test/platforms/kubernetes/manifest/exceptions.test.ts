import { describe, expect, it } from '@jest/globals';
import type { V1NetworkPolicy } from '@kubernetes/client-node';
import { exceptionsIn } from '../../../../src/platforms/kubernetes/manifest/exceptions.ts';
import { deploymentIn } from '../../../../src/platforms/kubernetes/manifest/intent.ts';
import { manifestFor } from '../../../../src/platforms/kubernetes/manifest/manifest.ts';
import { applicationContainer } from '../../../../src/platforms/kubernetes/manifest/pod-spec.ts';
import { testIntent } from '../../../support/kubernetes/intent.ts';

const objects = manifestFor(testIntent());
const strict = manifestFor(testIntent({ networkPolicy: true, resources: { cpuLimit: '2' } }));
const spec = deploymentIn(objects)?.spec?.template.spec;
const app = applicationContainer(spec);

/** As kube-score 1.20 asks for it, and others like it. */
describe('a manifest for checkers', () => {
  it('bounds what a replica takes of its node, its disk as well', () => {
    const { requests = {}, limits = {} } = app?.resources ?? {};
    expect(Object.keys(requests).toSorted()).toEqual(['cpu', 'ephemeral-storage', 'memory']);
    expect(Object.keys(limits).toSorted()).toEqual(['ephemeral-storage', 'memory']);
    // Two executables of 115 MiB, what may lie in /tmp, and logs.
    expect([requests['ephemeral-storage'], limits['ephemeral-storage']]).toEqual(['131Mi', '1333Mi']);
    expect(spec?.volumes?.map(({ emptyDir }) => emptyDir?.sizeLimit)).toEqual(['245Mi', '64Mi']);
  });

  it('runs as a numbered user that is no root, and changes nothing of its image', () => {
    expect(spec?.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532 });
    expect(spec?.securityContext?.seccompProfile).toEqual({ type: 'RuntimeDefault' });
    expect(app?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(spec?.automountServiceAccountToken).toBe(false);
    expect(JSON.stringify(spec)).not.toMatch(/hostPath|hostNetwork|hostPID|hostIPC|privileged/);
  });

  it('names its image with a tag, and asks of readiness something else than of life', () => {
    expect(app?.image).toMatch(/:(?!latest$)[^:]+$/);
    expect(app?.readinessProbe?.httpGet?.path).not.toBe(app?.livenessProbe?.httpGet?.path);
  });

  it('lets in what comes for its port alone, with --network-policy', () => {
    const policy = strict.find(({ kind }) => kind === 'NetworkPolicy') as V1NetworkPolicy;
    expect(policy.spec).toEqual({
      podSelector: { matchLabels: deploymentIn(strict)?.spec?.selector.matchLabels },
      policyTypes: ['Ingress'],
      ingress: [{ ports: [{ protocol: 'TCP', port: 'http' }] }],
    });
    const [worker] = manifestFor(testIntent({ networkPolicy: true, port: undefined }));
    expect(worker).toMatchObject({ kind: 'NetworkPolicy', spec: { ingress: [] } });
  });

  it('says of each thing that is not there why', () => {
    const about = (made: typeof objects) => new Set(exceptionsIn(made).map((reason) => reason.split(':', 1)[0]));
    const always = ['imagePullPolicy IfNotPresent', 'No PodDisruptionBudget', 'No podAntiAffinity'];
    expect(about(objects)).toEqual(new Set(['No CPU limit', 'No NetworkPolicy', ...always]));
    expect(about(strict)).toEqual(new Set(['No egress rules', ...always]));
  });
});
