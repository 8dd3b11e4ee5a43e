import { expect, it } from '@jest/globals';
import { serverVersionFindings } from '../../../../src/platforms/kubernetes/api/server-version.ts';

const server = 'https://cluster.test';

it.each(['v1.27.0', 'v1.34.4', 'v1.28.5+k3s1', 'v1.31.2-gke.100', 'v2.0.0', 'unknown'])(
  'serverVersionFindings() lets Kubernetes %s pass',
  (version) => {
    expect(serverVersionFindings({ server, version })).toEqual([]);
  },
);

it.each(['v1.26.15', 'v1.9.3-eks-1'])('serverVersionFindings() refuses Kubernetes %s', (version) => {
  expect(serverVersionFindings({ server, version })).toMatchObject([
    {
      code: 'cluster-unsupported',
      message: `Cannot deploy to Kubernetes ${version} at ${server}: it is too old`,
      hint: 'Use a cluster of Kubernetes 1.27 or newer, with --context.',
    },
  ]);
});
