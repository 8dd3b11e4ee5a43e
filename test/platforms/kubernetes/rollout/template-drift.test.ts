import { describe, expect, it } from '@jest/globals';
import type { V1PodTemplateSpec } from '@kubernetes/client-node';
import { templateDrift } from '../../../../src/platforms/kubernetes/rollout/template-drift.ts';

const template: V1PodTemplateSpec = {
  metadata: { annotations: { 'selfsame.dev/release': 'aa' } },
  spec: {
    containers: [
      { name: 'app', image: 'node:1', args: ['--greeting', 'Ahoy'], env: [{ name: 'ONE', value: '1' }] },
      { name: 'other', image: 'other:1' },
    ],
    tolerations: [{ key: 'mine', operator: 'Exists' }],
  },
};

function changed(change: (copy: V1PodTemplateSpec) => void): V1PodTemplateSpec {
  const copy = JSON.parse(JSON.stringify(template)) as V1PodTemplateSpec;
  change(copy);
  return copy;
}

describe('templateDrift()', () => {
  it('is silent about what others added, wherever they put it', () => {
    const added = changed(({ metadata, spec }) => {
      Object.assign(metadata?.annotations ?? {}, { 'kubectl.kubernetes.io/restartedAt': 'now' });
      spec?.containers.unshift({ name: 'sidecar', image: 'theirs:1' });
      spec?.containers[1]?.env?.unshift({ name: 'THEIRS', value: '2' });
      spec?.tolerations?.unshift({ key: 'theirs', operator: 'Exists' });
    });
    expect(templateDrift(template, template)).toBeUndefined();
    expect(templateDrift(template, added)).toBeUndefined();
  });

  it.each<[where: string, change: (copy: V1PodTemplateSpec) => void]>([
    ['spec.containers.app.image', ({ spec }) => Object.assign(spec?.containers[0] ?? {}, { image: 'node:2' })],
    ['spec.containers.app.args', ({ spec }) => spec?.containers[0]?.args?.push('--more')],
    [
      'spec.containers.app.env.ONE.value',
      ({ spec }) => Object.assign(spec?.containers[0]?.env?.[0] ?? {}, { value: '2' }),
    ],
    ['spec.containers.app', ({ spec }) => spec?.containers.shift()],
    ['spec.tolerations', ({ spec }) => spec?.tolerations?.pop()],
    [
      'metadata.annotations.selfsame.dev/release',
      ({ metadata }) => delete metadata?.annotations?.['selfsame.dev/release'],
    ],
  ])('names what was changed or taken away: %s', (where, change) => {
    expect(templateDrift(template, changed(change))).toBe(where);
  });

  it('takes a template that is gone for changed', () => {
    expect(templateDrift(template, undefined)).toBe('');
  });
});
