import { describe, expect, it } from '@jest/globals';
import type { V1Pod, V1ResourceQuota } from '@kubernetes/client-node';
import { shortages } from '../../../../src/platforms/kubernetes/pods/quota.ts';

describe('shortages()', () => {
  const pod = podOf({ requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } });
  const find = (quota: V1ResourceQuota, replicas: number, ours: V1Pod[] = []) =>
    shortages([quota], { pod, replicas, ours });

  it('finds nothing where all replicas fit', () => {
    const hard = { pods: '3', 'requests.cpu': '300m', 'limits.memory': '768Mi', services: '0' };
    expect(find(quotaOf(hard), 3)).toEqual([]);
  });

  it.each([
    ['pods', '3', '1', 2],
    ['count/pods', '3', '3', 0],
    ['requests.cpu', '1', '650m', 3],
    ['cpu', '0.35', '0', 3],
    ['memory', '500Mi', '0', 3],
    ['limits.memory', '1Gi', '128Mi', 3],
  ])('counts %s: of %s, with %s in use, for %d', (resource, hard, used, room) => {
    expect(find(quotaOf({ [resource]: hard }, { [resource]: used }), 4)).toEqual([
      { quota: 'the-quota', resource, room, hard },
    ]);
  });

  it('leaves the replicas that are there their part: they go as new ones come', () => {
    const quota = quotaOf({ pods: '4' }, { pods: '4' });
    expect(find(quota, 4, [pod, pod, pod])).toEqual([{ quota: 'the-quota', resource: 'pods', room: 3, hard: '4' }]);
    expect(find(quota, 3, [pod, pod, pod])).toEqual([]);
    const ended: V1Pod = { ...(pod.spec && { spec: pod.spec }), status: { phase: 'Failed' } };
    expect(find(quota, 3, [pod, pod, ended])).toMatchObject([{ room: 2 }]);
  });

  it('leaves scopes to the API server', () => {
    expect(find(quotaOf({ pods: '1' }, {}, { scopes: ['BestEffort'] }), 4)).toEqual([]);
    expect(find(quotaOf({ pods: '1' }, {}, { scopeSelector: {} }), 4)).toEqual([]);
  });
});

function quotaOf(hard: Record<string, string>, used: Record<string, string> = {}, scope: object = {}): V1ResourceQuota {
  return { metadata: { name: 'the-quota' }, spec: { hard, ...scope }, status: { hard, used } };
}

function podOf(resources: object): V1Pod {
  return { spec: { containers: [{ name: 'app', resources }] } };
}
