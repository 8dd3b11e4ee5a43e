import { expect, it } from '@jest/globals';
import type { V1Node } from '@kubernetes/client-node';
import { imageFindings } from '../../../src/platforms/kubernetes/preflight.ts';
import type { LinuxTarget } from '../../../src/shared/target.ts';

const both: LinuxTarget[] = ['linux-arm64', 'linux-x64'];

it.each(['registry.test/runner:1-arm64', 'arm64v8/runner', 'r.test:5000/aarch64/runner@sha256:amd64'])(
  'imageFindings() refuses %s where amd64 nodes would run it',
  (image) => {
    const message = `The runner image ${image} is named for arm64, and replicas go to amd64 nodes`;
    expect(imageFindings(image, { targets: both, nodes: [] }).findings).toMatchObject([
      { code: 'image-unfit', message },
    ]);
    expect(imageFindings(image, { targets: ['linux-arm64'], nodes: [] }).findings).toEqual([]);
  },
);

it.each(['registry.test/runner:1', 'runner', 'runner:amd64-arm64', 'charm64/runner:1'])(
  'imageFindings() has nothing against the name %s',
  (image) => {
    expect(imageFindings(image, { targets: both, nodes: [] })).toEqual({ findings: [], unproven: ['arm64', 'amd64'] });
  },
);

it.each([
  ['runner:1', 'docker.io/library/runner:1'],
  ['team/runner', 'docker.io/team/runner:latest'],
  ['localhost/runner:1', 'localhost/runner:1'],
  ['r.test:5000/runner:1', 'r.test:5000/runner:1'],
  ['r.test/runner:1@sha256:abc', 'r.test/runner@sha256:abc'],
])('imageFindings() finds %s on nodes that call it %s', (image, name) => {
  const found = imageFindings(image, {
    targets: both,
    nodes: [nodeWith('amd64', [name]), nodeWith('arm64', ['other:1'])],
  });
  expect(found).toEqual({ findings: [], unproven: ['arm64'] });
});

it('imageFindings() believes a node rather than the name', () => {
  const nodes = [nodeWith('amd64', ['r.test/runner:arm64']), nodeWith('arm64', ['r.test/runner:arm64'])];
  expect(imageFindings('r.test/runner:arm64', { targets: both, nodes })).toEqual({ findings: [], unproven: [] });
});

function nodeWith(arch: string, names: string[]): V1Node {
  return { metadata: { labels: { 'kubernetes.io/arch': arch } }, status: { images: [{ names }] } };
}
