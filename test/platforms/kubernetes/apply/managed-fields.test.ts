import { describe, expect, it } from '@jest/globals';
import { asApplied, ownsReplicas } from '../../../../src/platforms/kubernetes/apply/managed-fields.ts';

const entry = (operation: string, fieldsV1: object, rest: object = {}) => ({
  manager: 'selfsame',
  operation,
  apiVersion: 'apps/v1',
  fieldsV1,
  ...rest,
});

describe('asApplied()', () => {
  it('joins the fields of our updates with those that we applied, and leaves others alone', () => {
    const theirs = entry('Update', { 'f:status': {} }, { manager: 'kube-controller-manager' });
    const scaled = entry('Update', { 'f:spec': { 'f:replicas': {} } }, { subresource: 'scale' });
    const applied = entry('Apply', { 'f:spec': { 'f:template': { 'f:a': { '.': {}, 'f:x': {} } } } });
    const updated = entry('Update', { 'f:spec': { 'f:template': { 'f:a': { 'f:y': {} }, 'f:b': {} } } });
    expect(asApplied([theirs, updated, scaled, applied])).toEqual([
      theirs,
      scaled,
      {
        ...applied,
        fieldsV1: { 'f:spec': { 'f:template': { 'f:a': { '.': {}, 'f:x': {}, 'f:y': {} }, 'f:b': {} } } },
      },
    ]);
  });

  it('has nothing to do where we updated nothing', () => {
    expect(asApplied([entry('Apply', {}), entry('Update', {}, { manager: 'kubectl' })])).toBeUndefined();
  });
});

describe('ownsReplicas()', () => {
  it('is true only for a number that we applied', () => {
    const replicas = { 'f:spec': { 'f:replicas': {} } };
    const owner = (...managedFields: object[]) => ownsReplicas({ metadata: { managedFields } });
    expect(owner(entry('Apply', replicas))).toBe(true);
    expect(owner(entry('Apply', { 'f:spec': {} }), entry('Update', replicas, { subresource: 'scale' }))).toBe(false);
    expect(owner(entry('Apply', replicas, { manager: 'argocd' }))).toBe(false);
  });
});
