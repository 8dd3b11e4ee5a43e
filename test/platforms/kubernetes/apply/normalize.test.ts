import { expect, it } from '@jest/globals';
import { normalize } from '../../../../src/platforms/kubernetes/apply/normalize.ts';

it('normalize() leaves out what the server sets, puts keys in order, and hides what a Secret holds', () => {
  const metadata = {
    uid: 'u',
    resourceVersion: '7',
    generation: 3,
    managedFields: [],
    name: 'hello',
    annotations: {
      'selfsame.dev/release': 'abc',
      'selfsame.dev/deployed-by': 'ann',
      'deployment.kubernetes.io/revision': '3',
    },
  };
  const secret = { status: {}, data: { query: 'c2lnPXg=' }, kind: 'Secret', apiVersion: 'v1', metadata };
  const text = JSON.stringify(normalize(secret));
  expect(text).toBe(
    '{"apiVersion":"v1","kind":"Secret","metadata":{"name":"hello","annotations":{"selfsame.dev/release":"abc"}},"data":{"query":"(hidden)"}}',
  );
  const other = { kind: 'ConfigMap', data: { b: '1', a: '2' }, metadata: { name: 'x' } };
  expect(JSON.stringify(normalize(other))).toBe(
    '{"kind":"ConfigMap","metadata":{"name":"x"},"data":{"a":"2","b":"1"}}',
  );
});
