import { describe, expect, it } from '@jest/globals';
import { startIn } from '../../src/kubernetes/starts.ts';

describe('startIn()', () => {
  it.each([
    ['fetching http://store/app (120.3 MB, of which 117.0 MB are here)', 'fetching'],
    ['45.0 of 120.3 MB are here (37 %)', '37 %, 45.0 of 120.3 MB'],
    ['500; trying again in 2 s, from 45.0 of 120.3 MB on', 'trying again in 2 s'],
    ['fetched 120.3 MB in 1.2 s', 'verifying'],
    ['verified 0123456789ab in 0.4 s', 'booting'],
    ['made app in 0.3 s, verified 0123456789ab in 0.4 s', 'booting'],
    ['found app, verified 0123456789ab in 0.4 s', 'booting'],
    ['this image has Node.js v24.0.0: fetching the whole', undefined],
  ])('reads "%s"', (said, start) => {
    expect(startIn(`selfsame runner: ${said}`)).toBe(start);
  });

  it('takes nothing else for what a runner says', () => {
    expect(startIn('fetching http://store/app (120.3 MB)')).toBeUndefined();
    expect(startIn('2026-11-28 selfsame runner: fetched 120.3 MB in 1.2 s')).toBeUndefined();
  });
});
