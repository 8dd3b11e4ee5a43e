import { afterEach, describe, expect, it } from '@jest/globals';
import { startOfProcess } from '../../src/app/identity.ts';

describe('startOfProcess()', () => {
  afterEach(() => {
    for (const name of ['SELFSAME_RUNNER_TIMES', 'SELFSAME_RUNNER_BYTES']) delete process.env[name];
  });

  it('reports what the runner took and fetched', () => {
    process.env['SELFSAME_RUNNER_TIMES'] = 'fetch=412 verify=633';
    process.env['SELFSAME_RUNNER_BYTES'] = '0';
    expect(startOfProcess()).toMatchObject({ runnerMs: { fetch: 412, verify: 633 }, fetchedBytes: 0 });
  });

  it.each([
    ['without a runner', undefined],
    ['from a runner that says it otherwise', 'soon'],
  ])('reports nothing of it %s', (_, text) => {
    if (text !== undefined) {
      process.env['SELFSAME_RUNNER_TIMES'] = text;
      process.env['SELFSAME_RUNNER_BYTES'] = text;
    }
    expect(startOfProcess()).toMatchObject({ runnerMs: null, fetchedBytes: null });
  });
});
