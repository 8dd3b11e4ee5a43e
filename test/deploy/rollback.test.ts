import { describe, expect, it } from '@jest/globals';
import { revisionToRollBackTo } from '../../src/deploy/rollback.ts';
import type { Revision } from '../../src/platforms/kubernetes/rollout/history.ts';

const revision = (number: number, release: string, changes: Partial<Revision> = {}): Revision => ({
  revision: number,
  release,
  versions: { amd64: `f${release}` },
  replicaSet: '',
  replicas: 0,
  ready: 0,
  state: 'kept',
  isCurrent: false,
  template: {},
  ...changes,
});
const history = {
  deployment: { metadata: { name: 'hello' } },
  revisions: [
    revision(7, 'abc1', { isCurrent: true, state: 'ready' }),
    revision(6, 'dead', { state: 'never ready' }),
    revision(5, 'abd2'),
    revision(3, 'abc1'),
    revision(2, 'bcd3'),
  ],
};
const numberOf = (wanted: { number?: number; release?: string }) => revisionToRollBackTo(history, wanted).revision;

describe('revisionToRollBackTo()', () => {
  it('is the one before, those that were never ready left out', () => {
    expect(numberOf({})).toBe(5);
  });

  it('is the one of that number, release or version, also one that was never ready', () => {
    expect(numberOf({ number: 6 })).toBe(6);
    expect(numberOf({ release: 'b' })).toBe(2);
    expect(numberOf({ release: 'fabd' })).toBe(5);
    expect(numberOf({ release: 'de' })).toBe(6);
  });

  it('means earlier arguments of the release that runs', () => {
    expect(numberOf({ release: 'abc1' })).toBe(3);
  });

  it('refuses what is not there and what is ambiguous', () => {
    expect(() => numberOf({ number: 4 })).toThrow('hello has no revision 4');
    expect(() => numberOf({ release: 'e' })).toThrow('No revision of hello is of a release "e"');
    expect(() => numberOf({ release: 'ab' })).toThrow('More than one release begins with "ab": abc1, abd2');
    const alone = { ...history, revisions: history.revisions.slice(0, 2) };
    expect(() => revisionToRollBackTo(alone, {})).toThrow('Nothing to go back to');
  });
});
