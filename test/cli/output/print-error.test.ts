import { expect, it } from '@jest/globals';
import { printError } from '../../../src/cli/output/print-error.ts';
import { DeployError } from '../../../src/shared/errors.ts';

it.each(['No node can take it', 'No node can take it.', 'No node can take it.. '])(
  'printError() ends the sentence "%s" with one period',
  (message) => {
    const said: string[] = [];
    const error = new DeployError('rollout-timeout', message, { hint: 'Add nodes.' });
    expect(printError(error, (line) => said.push(line))).toBe(6);
    expect(said).toEqual(['error: No node can take it. Add nodes.']);
  },
);

it('printError() gives each finding a line of its own', () => {
  const said: string[] = [];
  const findings = [
    new DeployError('cluster-denied', 'Not allowed', { hint: 'Ask.' }),
    new DeployError('store-denied', 'Not allowed there', { hint: 'Ask there.' }),
  ];
  const error = new DeployError('cluster-denied', 'Not allowed (and one more finding)', { hint: 'Ask.', findings });
  expect(printError(error, (line) => said.push(line))).toBe(3);
  expect(said).toEqual(['error: Not allowed. Ask.', 'error: Not allowed there. Ask there.']);
});
