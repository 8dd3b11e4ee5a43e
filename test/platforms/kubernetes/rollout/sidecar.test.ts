import { describe, expect, it } from '@jest/globals';
import type { V1Container, V1Pod } from '@kubernetes/client-node';
import { scalingIn } from '../../../../src/platforms/kubernetes/apply/scale.ts';
import { podRules } from '../../../../src/platforms/kubernetes/diagnose/pod-rules.ts';
import { deploymentIn } from '../../../../src/platforms/kubernetes/manifest/intent.ts';
import { manifestFor } from '../../../../src/platforms/kubernetes/manifest/manifest.ts';
import { applicationContainer } from '../../../../src/platforms/kubernetes/manifest/pod-spec.ts';
import { applicationOf } from '../../../../src/platforms/kubernetes/pods/pod-view.ts';
import { statusIn } from '../../../../src/platforms/kubernetes/rollout/status.ts';
import { testIntent } from '../../../support/kubernetes/intent.ts';

/** As a webhook puts it in front of what we wrote. */
const sidecar: V1Container = {
  name: 'istio-proxy',
  image: 'istio/proxyv2:1.27.0',
  ports: [{ name: 'envoy', containerPort: 15_090 }],
  resources: { requests: { cpu: '2' }, limits: { memory: '1Gi' } },
};

const deployment = deploymentIn(manifestFor(testIntent({ port: 8080 })));
const spec = deployment?.spec?.template.spec;
const app = applicationContainer(spec);
spec?.containers.unshift(sidecar);
app?.ports?.unshift({ name: 'metrics', containerPort: 9 });

describe('a container that others put before the application', () => {
  it('is not taken for it by status and scale', () => {
    const shown = { name: 'hello-world', namespace: 'default', pods: [], nodes: undefined };
    expect(statusIn({ ...shown, deployment })).toMatchObject({ port: 8080, requests: app?.resources?.requests });
    const { requests } = scalingIn('hello-world', { deployment, autoscalers: [] });
    expect(requests).toEqual(app?.resources?.requests);
  });

  it.each([
    ['out-of-memory', { terminated: { exitCode: 137, reason: 'OOMKilled' } }, 'its limit of 256Mi'],
    ['image-not-found', { waiting: { reason: 'ImagePullBackOff', message: 'not found' } }, app?.image],
  ] as const)('is not blamed for %s', (cause, state, named) => {
    const started = { restartCount: 0, imageID: '', image: '' };
    const pod: V1Pod = {
      ...(spec && { spec }),
      status: {
        containerStatuses: [
          { ...started, name: 'istio-proxy', ready: true, state: { running: {} } },
          { ...started, name: 'app', ready: false, state },
        ],
      },
    };
    const [finding] = podRules.flatMap((rule) => rule(pod, [], []) ?? []);
    expect(finding).toMatchObject({ cause, summary: expect.stringContaining(named ?? '') });
  });

  it('has no state of the application, as long as that has none', () => {
    const containerStatuses = [{ name: 'istio-proxy', ready: true, restartCount: 3, imageID: '', image: '' }];
    expect(applicationOf({ status: { containerStatuses } })).toBeUndefined();
  });
});
