import { describe, expect, it } from '@jest/globals';
import { DeployError } from '../../../../src/shared/errors.ts';
import { ApiRefusal } from '../../../../src/platforms/kubernetes/api/api-error.ts';
import { outageRetry } from '../../../../src/platforms/kubernetes/api/outage-retry.ts';

const away = new DeployError('cluster-unreachable', 'Cannot reach it', { hint: 'Wait.' });

function denied(status: number): DeployError {
  return new DeployError('cluster-denied', 'Not allowed', { hint: 'Ask.', cause: new ApiRefusal(status, {}) });
}

describe('a right that is refused', () => {
  const { signal } = new AbortController();
  const patch = {
    method: 'PATCH',
    path: '/api',
    signal,
    answerTimeoutMs: 1,
    idleTimeoutMs: 1,
    isPatient: true,
  } as const;

  /** Answers once, and is then to be asked what follows. */
  async function asked(answers: unknown[]) {
    const told: (string | undefined)[] = [];
    const retry = outageRetry({
      onTrouble: (trouble) => told.push(trouble?.error.message),
      closed: new AbortController().signal,
    });
    await retry(patch, async () => 'first');
    const got = retry(patch, async () => {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    });
    return { told, got: async () => got };
  }

  it('is told at once where the cluster was there', async () => {
    const answers = [denied(403), 'done'];
    const { told, got } = await asked(answers);
    await expect(got()).rejects.toMatchObject({ code: 'cluster-denied' });
    expect({ told, left: answers.length }).toEqual({ told: [], left: 1 });
  });

  it.each([401, 403])('is asked for again after an outage (%i)', async (status) => {
    const { told, got } = await asked([away, denied(status), 'done']);
    expect(await got()).toBe('done');
    expect(told).toEqual(['Cannot reach it', undefined]);
  });

  it('is told to who asks again by itself', async () => {
    const retry = outageRetry({ closed: new AbortController().signal });
    const watch = { ...patch, method: 'GET', isPatient: false } as const;
    const [refusal, answers] = [denied(403), [away]];
    const attempt = async (): Promise<void> => {
      throw answers.shift() ?? refusal;
    };
    await expect(retry(watch, attempt)).rejects.toBe(away);
    await expect(retry(watch, attempt)).rejects.toBe(refusal);
  });
});
