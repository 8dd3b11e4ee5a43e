import { describe, expect, it } from '@jest/globals';
import { afterApply } from '../../../src/cli/deploying/deploy-outcome.ts';
import { DeployError } from '../../../src/shared/errors.ts';

describe('afterApply()', () => {
  const refused = new DeployError('cluster-refused', 'Refused', { hint: 'Look.' });

  it('does not call refused before anything changed what has changed something', () => {
    expect(afterApply(refused, { isRemoved: false })).toMatchObject({ code: 'rollout-failed', message: 'Refused' });
  });

  it('says that nothing is left where --rm has taken it away', () => {
    expect(afterApply(refused, { isRemoved: true })).toMatchObject({ code: 'rollout-undone', hint: 'Look.' });
  });

  it('leaves what is told already, and what is our own bug', () => {
    const timeout = new DeployError('rollout-timeout', 'Late', { hint: 'Wait.' });
    expect(afterApply(timeout, { isRemoved: false })).toBe(timeout);
    const bug = new TypeError('x');
    expect(afterApply(bug, { isRemoved: true })).toBe(bug);
  });
});
