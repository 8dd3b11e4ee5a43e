import { describe, expect, it } from '@jest/globals';
import { settled, toFindings, toPermittedFindings, refusal } from '../../src/platforms/findings.ts';
import { DeployError, type ErrorCode } from '../../src/shared/errors.ts';

describe('refusal()', () => {
  it('is nothing where nothing was found, and the finding itself where it is the only one', () => {
    const one = finding('cluster-denied', 'Not allowed');
    expect(refusal([])).toBeUndefined();
    expect(refusal([one])).toBe(one);
    expect(refusal([one, finding('cluster-denied', 'Not allowed')])?.findings).toBeUndefined();
  });

  it('carries all findings, and speaks of the first', () => {
    const [one, two, three] = ['One', 'Two', 'Three'].map((message) => finding('cluster-refused', message));
    if (one === undefined || two === undefined || three === undefined) throw new Error('missing');
    expect(refusal([one, two])).toMatchObject({ message: 'One (and one more finding)', findings: [one, two] });
    expect(refusal([one, two, three])).toMatchObject({
      code: 'cluster-refused',
      message: 'One (and 2 more findings)',
      hint: 'Mend it.',
      findings: [one, two, three],
    });
  });
});

describe('toFindings()', () => {
  it('gives what a check found, or the finding that it ended with', async () => {
    expect(await toFindings(settled(Promise.resolve(7)))).toEqual({ value: 7, findings: [] });
    const error = finding('store-denied', 'No');
    expect(await toFindings(settled(Promise.reject(error)))).toEqual({ findings: [error] });
  });

  it('passes on what is no finding', async () => {
    await expect(toFindings(settled(Promise.reject(new TypeError('a bug'))))).rejects.toThrow('a bug');
  });
});

describe('toPermittedFindings()', () => {
  it('takes no offence at what the account may not see, and tells', async () => {
    let told = 0;
    const denied = settled(Promise.reject(finding('cluster-denied', 'No')));
    expect(await toPermittedFindings(denied, () => (told += 1))).toEqual({ findings: [] });
    expect(told).toBe(1);
    const gone = finding('cluster-unreachable', 'Gone');
    expect(await toPermittedFindings(settled(Promise.reject(gone)), () => (told += 1))).toEqual({ findings: [gone] });
    expect(told).toBe(1);
  });
});

function finding(code: ErrorCode, message: string): DeployError {
  return new DeployError(code, message, { hint: 'Mend it.' });
}
