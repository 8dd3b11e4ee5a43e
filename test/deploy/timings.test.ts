import { describe, expect, it } from '@jest/globals';
import { podTimings, stageClock } from '../../src/deploy/timings.ts';

describe('stageClock()', () => {
  it('ends each stage where the next begins, so that together they are the whole', () => {
    const times = [0.4, 10.6, 31.3];
    const clock = stageClock(() => times.shift() ?? 0);
    clock.lap('start');
    clock.lap('upload');
    clock.lap('ready', { at: 20.2 });
    clock.lap('confirm');
    expect(clock.stages()).toEqual([
      { name: 'start', ms: 0 },
      { name: 'upload', ms: 11 },
      { name: 'ready', ms: 9 },
      { name: 'confirm', ms: 11 },
    ]);
  });
});

describe('podTimings()', () => {
  const seen = { name: 'a', node: 'n', createdAt: 1_100, scheduledAt: 1_200, runningAt: 2_900, readyAt: 4_000 };
  const runner = { fetchMs: 400, verifyMs: 600, fetchedBytes: 3_000_000 };

  it('joins what was watched with what the pod says, and its stages are the whole', () => {
    const starts = new Map([['a', { bootAt: 3_500, runner }]]);
    const [timing] = podTimings([seen], starts, { appliedAt: 1_000 });
    expect(timing).toEqual({
      name: 'a',
      node: 'n',
      createdMs: 100,
      scheduledMs: 100,
      imageMs: 1_300,
      fetchMs: 400,
      verifyMs: 600,
      bootMs: 500,
      readyMs: 3_000,
      fetchedBytes: 3_000_000,
    });
  });

  it('leaves out what a pod that was not asked would tell', () => {
    const [timing] = podTimings([seen], new Map(), { appliedAt: 1_000 });
    expect(timing).toEqual({
      name: 'a',
      node: 'n',
      createdMs: 100,
      scheduledMs: 100,
      imageMs: 1_700,
      readyMs: 3_000,
    });
  });

  it('knows of a pod without a runner only when it booted', () => {
    const [timing] = podTimings([seen], new Map([['a', { bootAt: 3_900 }]]), { appliedAt: 1_000 });
    expect(timing).toMatchObject({ imageMs: 1_700, bootMs: 100 });
    expect(timing).not.toHaveProperty('fetchMs');
  });

  it('does not believe a pod that started again after it was ready', () => {
    const starts = new Map([['a', { bootAt: 4_100, runner }]]);
    const [timing] = podTimings([seen], starts, { appliedAt: 1_000 });
    expect(timing).not.toHaveProperty('fetchMs');
    expect(timing).not.toHaveProperty('bootMs');
  });

  it('puts the slowest first, before it those that are not ready', () => {
    const pods = [
      { name: 'fast', createdAt: 0, readyAt: 1 },
      { name: 'slow', createdAt: 0, readyAt: 9 },
      { name: 'never', createdAt: 0 },
    ];
    const timings = podTimings(pods, new Map(), { appliedAt: 5 });
    expect(timings).toEqual([
      { name: 'never', createdMs: 0 },
      { name: 'slow', createdMs: 0, readyMs: 4 },
      { name: 'fast', createdMs: 0, readyMs: 0 },
    ]);
  });
});
