import { describe, expect, it } from '@jest/globals';
import { DeployError, exitStatus, type ErrorCode } from '../../src/shared/errors.ts';

describe('exitStatus', () => {
  const codes = Object.entries(exitStatus) as [ErrorCode, number][];

  it('is one of those that scripts rely on', () => {
    for (const [code, status] of codes) expect([code, [2, 3, 4, 5, 6, 7].includes(status)]).toEqual([code, true]);
  });

  it('is 2 for every code that says the command line or the definition is wrong', () => {
    for (const [code, status] of codes) if (code.startsWith('bad-')) expect([code, status]).toEqual([code, 2]);
  });
});

describe('DeployError', () => {
  it('carries code, message, hint and cause', () => {
    const cause = new Error('ECONNREFUSED');
    const error = new DeployError('store-unreachable', 'Cannot reach it', { hint: 'Try again.', cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'DeployError',
      code: 'store-unreachable',
      message: 'Cannot reach it',
      hint: 'Try again.',
      cause,
    });
    expect('cause' in new DeployError('superseded', 'Gone', { hint: 'Look.' })).toBe(false);
  });
});
