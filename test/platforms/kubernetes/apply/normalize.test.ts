import { expect, it } from '@jest/globals';
import { normalize } from '../../../../src/platforms/kubernetes/apply/normalize.ts';

it('normalize() hides variables that look secret, and tells whether they are others', () => {
  const deployment = (password: string) => ({
    kind: 'Deployment',
    metadata: { name: 'hello' },
    spec: {
      env: [
        { name: 'DB_PASSWORD', value: password },
        { name: 'GREETING', value: 'Hello' },
        { name: 'DB_URL', value: 'postgres://me:hunter@db' },
        { name: 'API_KEY', valueFrom: { secretKeyRef: { name: 'api', key: 'key' } } },
      ],
    },
  });
  const [before, after] = [deployment('hunter2'), deployment('hunter3')];
  const texts = [normalize(before), normalize(after, before)].map((object) => JSON.stringify(object));
  for (const text of texts) {
    expect(text).not.toContain('hunter');
    expect(text).toContain('{"name":"GREETING","value":"Hello"}');
    expect(text).toContain('"secretKeyRef":{"name":"api","key":"key"}');
  }
  expect(texts[0]).toContain('{"name":"DB_PASSWORD","value":"(hidden)"}');
  expect(texts[1]).toContain('{"name":"DB_PASSWORD","value":"(hidden, another)"}');
  expect(texts[1]).toContain('{"name":"DB_URL","value":"(hidden)"}');
});

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
