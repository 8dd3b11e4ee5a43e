import { expect, it } from '@jest/globals';
import type { ServerStart } from '../tools/started-server.ts';
import { figures } from '../tools/table.ts';
import { applicationRows, applicationText, type Contender, type MeasuredApplication } from './applications-figures.ts';

const built = { buildMs: [900], sizeBytes: 120_000_000 };

function contender(name: string, ms: number, residentBytes: number): Contender {
  const start: ServerStart = { ms, processorMs: ms, peakBytes: residentBytes, residentBytes, anonymousBytes: 0 };
  return { name, ...built, starts: [start] };
}

const shop: MeasuredApplication = {
  name: 'shop',
  contenders: [
    contender('selfsame build', 105, 60e6),
    contender('one CommonJS bundle', 100, 50e6),
    { ...contender('node', 210, 60e6), buildMs: undefined, sizeBytes: undefined },
  ],
  unable: new Map([['bun build --compile', 'does not build: error: no such package']]),
};

it('applicationRows() holds ours against a plain bundle, and all against plain Node.js', () => {
  const goals = applicationRows(shop).flatMap((row) => {
    const { what, ratio, holds } = figures(row);
    return holds === undefined ? [] : [[what, ratio, holds]];
  });
  expect(goals).toEqual([
    ['shop, selfsame build: to first answer', 1.05, true],
    ['shop, selfsame build: idle, resident', 1.2, false],
  ]);
});

it('applicationText() has a line for each tool, and says why one cannot', () => {
  const text = applicationText([shop]);
  expect(text).toMatch(/^shop +selfsame build +900 ms +120\.0 MB +105 ms +0\.50 +60\.0 MB +1\.00/m);
  expect(text).toMatch(/^ +node +210 ms +1\.00 +60\.0 MB/m);
  expect(text).toMatch(/^ +bun build --compile +does not build: error: no such package/m);
  expect(text).toMatch(/^shop +1\.05 × +yes +1\.05 × +1\.20 × +NO/m);
});
