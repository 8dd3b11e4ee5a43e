import { expect, it } from '@jest/globals';
import { perReplica, scaleRows, scaleText, type ScaleStart, type WatchedRollout } from './scale-figures.ts';

const cost = { peakBytes: 120e6, processorMs: 900 };
const start: ScaleStart = {
  runner: 'plain',
  replicas: 50,
  readyMs: 20_000,
  requests: 50,
  errors: 0,
  receivedBytes: 20_000,
  sentBytes: 6e9,
  ...cost,
};
const few: WatchedRollout = { replicas: 5, ms: 3_000, calls: 15, readBytes: 1e5, ...cost };
const more: WatchedRollout = {
  replicas: 505,
  ms: 30_000,
  calls: 16,
  readBytes: 15.1e6,
  peakBytes: 130e6,
  processorMs: 2_000,
};

it('perReplica() tells what each further replica adds', () => {
  expect(perReplica(more, few, 'peakBytes')).toBe(20_000);
  expect(perReplica(more, few, 'readBytes')).toBe(30_000);
});

it('scaleText() has a row for each start and each rollout, and what a replica adds from the second on', () => {
  const text = scaleText([start], [few, more], 'node-1');
  expect(text).toMatch(/^50 +plain +20\.0 s +6000 MB +50 +0 +120 MB +0\.9 s/m);
  expect(text).toMatch(/^5 +3\.0 s +120 MB +0\.9 s +15 +0\.1 MB/m);
  expect(text).toMatch(/^505 +30\.0 s +130 MB +20\.0 kB +2\.0 s +16 +15 MB +30\.0 kB/m);
});

it('scaleRows() keeps every figure', () => {
  const rows = scaleRows([start], [few]);
  expect(rows.map(({ what, samples }) => [what, samples[0]])).toEqual([
    ['50 replicas at once, plain runner', 20_000],
    ['50 replicas at once, plain runner: pulled', 6_000],
    ["50 replicas at once, plain runner: deployer's peak", 120],
    ['5 replicas watched', 3_000],
    ['5 replicas watched: on a processor', 900],
    ["5 replicas watched: deployer's peak", 120],
    ['5 replicas watched: read', 0.1],
  ]);
});
