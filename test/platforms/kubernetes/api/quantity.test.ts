import { expect, it } from '@jest/globals';
import { isServiceName } from '../../../../src/app/application.ts';
import { resourcesOf } from '../../../../src/platforms/kubernetes/manifest/container.ts';
import { amountOf, isEnvName, isQuantity, roomText } from '../../../../src/platforms/kubernetes/api/quantity.ts';

it('isServiceName() takes what the API server takes as the name of a Service', () => {
  expect(['hello-world', 'a', 'a1', 'a'.repeat(63)].filter((name) => !isServiceName(name))).toEqual([]);
  expect(['', 'A', '1a', '-a', 'a-', 'a.b', 'a_b', 'a'.repeat(64)].filter(isServiceName)).toEqual([]);
});

it('isQuantity() takes what Kubernetes takes', () => {
  expect(['100m', '0.5', '1', '.5', '256Mi', '1e3', '2E', '1Gi', '3k'].filter((text) => !isQuantity(text))).toEqual([]);
  expect(['', 'm', '-1', '1 Gi', '1gb', '1,5', '10K', '0x1'].filter(isQuantity)).toEqual([]);
});

it('isEnvName() takes names of variables', () => {
  expect(['A', '_a1'].filter((name) => !isEnvName(name))).toEqual([]);
  expect(['', '1A', 'A-B', 'A B'].filter(isEnvName)).toEqual([]);
});

it('amountOf() reads quantities', () => {
  expect(['100m', '0.5', '1Ki', '1k', '2Gi', '1e3', '1E', 'x'].map(amountOf)).toEqual([
    0.1,
    0.5,
    1024,
    1000,
    2 ** 31,
    1000,
    1e18,
    NaN,
  ]);
});

it.each([
  ['memory', '24581692Ki', '23.4Gi'],
  ['memory', '16Gi', '16Gi'],
  ['memory', '1048575Ki', '1023Mi'],
  ['memory', '512', '512'],
  ['memory', 'much', 'much'],
  ['ephemeral-storage', '101430960Ki', '96.7Gi'],
  ['cpu', '1930m', '1930m'],
])('roomText() tells of %s %s as %s', (resource, amount, text) => {
  expect(roomText(resource, amount)).toBe(text);
});

it('resourcesOf() never asks for more than the limit that was given', () => {
  expect(resourcesOf()).toEqual({ requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } });
  expect(resourcesOf({ memoryLimit: '64Mi', cpuLimit: '50m' })).toEqual({
    requests: { cpu: '50m', memory: '64Mi' },
    limits: { cpu: '50m', memory: '64Mi' },
  });
  expect(resourcesOf({ memoryRequest: '1Gi', cpuLimit: '2' })).toEqual({
    requests: { cpu: '100m', memory: '1Gi' },
    limits: { cpu: '2', memory: '1Gi' },
  });
});
