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
    const attempt = async () => {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    };
    const got = await thrownBy(retry(patch, attempt));
    return { got, left: answers.length, told };
  }

  it('is told at once where the cluster was there', async () => {
    expect(await asked([denied(403), 'done'])).toMatchObject({ got: { code: 'cluster-denied' }, left: 1, told: [] });
  });

  it.each([401, 403])('is asked for again after an outage (%i)', async (status) => {
    const { got, told } = await asked([away, denied(status), 'done']);
    expect({ got, told }).toEqual({ got: 'done', told: ['Cannot reach it', undefined] });
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

async function thrownBy(asked: Promise<unknown>): Promise<unknown> {
  try {
    return await asked;
  } catch (error) {
    return error;
  }
}
