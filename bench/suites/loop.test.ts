import { describe, expect, it } from '@jest/globals';
import { loopGoals, loopRows, loopText, missedText, type LoopLap } from './loop-figures.ts';
import { builtLine, millisecondsIn } from '../routes/words.ts';

const lap: LoopLap = {
  total: 1000,
  bundle: 100,
  package: 100,
  upload: 100,
  apply: 100,
  ready: 600,
  artifact: 200,
  sentBytes: 73_000,
  pulledBytes: 16_000_000,
  peakBytes: 200_000_000,
};

function route(name: string, total: number, ready: number) {
  return { name, what: `the route ${name}`, laps: [{ ...lap, total, ready }] };
}

describe('loopGoals()', () => {
  it('holds our routes against those that were measured, and no others', () => {
    const goals = loopGoals(loopRows([route('inside', 600, 200), route('image', 1000, 600)]));
    expect(goals.map(({ what, against }) => [what, against?.what])).toEqual([
      ['inside: total', 'image: total'],
      ['inside: artifact', 'image: artifact'],
    ]);
  });
});

describe('missedText()', () => {
  it('names the stage that holds a goal, and its limit', () => {
    const rows = loopRows([route('inside', 1000, 600), route('image', 1000, 600), route('floor', 700, 500)]);
    const [total, artifact] = loopGoals(rows).map((goal) => missedText(goal, rows));
    expect(total).toMatch(/^inside: total is 1\.00 s, 0\.75 × image: total would be 0\.75 s\./);
    expect(total).toMatch(/Longest stage: ready, 0\.60 s; its limit is 0\.50 s/);
    expect(artifact).toMatch(/Longest stage: (package|upload), 0\.10 s\.$/);
  });

  it('knows what the blob server alone takes', () => {
    const slow = { ...lap, upload: 1_500, artifact: 1_600 };
    const rows = loopRows([{ name: 'inside', what: '', laps: [slow] }, route('image', 1000, 600)]);
    const copied = [...rows, { what: 'copy: upload', unit: 'ms', samples: [700] } as const];
    const [, artifact] = loopGoals(copied).map((goal) => missedText(goal, copied));
    expect(artifact).toMatch(/Longest stage: upload, 1\.50 s; its limit is 0\.70 s, what this blob server takes/);
  });

  it('says nothing of a goal that is reached', () => {
    const rows = loopRows([route('inside', 700, 300), route('image', 1000, 600)]);
    expect(loopGoals(rows).map((goal) => missedText(goal, rows))[0]).toBeUndefined();
  });
});

describe('loopText()', () => {
  it('has a row for each route, and names what could not be measured', () => {
    const routes = [route('inside', 700, 300), route('image', 1000, 600)];
    const missing = [{ tool: 'ko', hint: 'Run: go install ko' }];
    const text = loopText(routes, { rows: loopRows(routes), missing, node: 'node-1' });
    expect(text).toMatch(/^inside +0\.70 s .* 0\.07 MB +16 MB +200 MB/m);
    expect(text).toMatch(/^image +1\.00 s /m);
    expect(text).toContain('Not measured, since ko is missing. Run: go install ko');
  });
});

describe('millisecondsIn()', () => {
  it.each([
    ['45ms', 45],
    ['1.2s', 1200],
    ['1m 2s', 62_000],
  ])('reads %s', (text, ms) => expect(millisecondsIn(text)).toBe(ms));
});

describe('builtLine()', () => {
  it('reads what the dev loop says of a build', () => {
    const line = 'dev: Built dist/hello-world in 1.1s: bundle 45ms, write 205ms, check 61ms';
    expect(builtLine(line)).toEqual({ totalMs: 1100, bundleMs: 45 });
  });

  it('refuses a line that says nothing of it', () => {
    expect(() => builtLine('dev: Built dist/hello-world')).toThrow('does not say what it took');
  });
});
