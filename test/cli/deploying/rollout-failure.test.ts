import { describe, expect, it } from '@jest/globals';
import { failureOf, tellCause } from '../../../src/cli/deploying/rollout-failure.ts';
import type { Session } from '../../../src/cli/context/session.ts';
import type { AutoRollback } from '../../../src/deploy/auto-rollback.ts';
import type { RolloutOutcome } from '../../../src/platforms/outcome.ts';
import { exitStatus } from '../../../src/shared/errors.ts';

const progress = { ready: 1, wanted: 3, pods: [], old: [] };
const diagnosis = {
  cause: 'crash' as const,
  summary: 'It crashes',
  evidence: ['boom'],
  nextStep: 'Correct it.',
  fatalAfterMs: 0,
  pod: 'hello-1',
  node: 'node-1',
};
const failed: RolloutOutcome = { kind: 'failed', progress, diagnosis };
const timeout: RolloutOutcome = { kind: 'timeout', progress };
const back = (outcome: RolloutOutcome): AutoRollback => ({
  kind: 'rolled-back',
  release: 'b'.repeat(64),
  revision: 1,
  outcome,
});

function session(): { said: string[]; session: Session } {
  const said: string[] = [];
  const terminal = {
    say: (...lines: readonly string[]) => void said.push(...lines),
    quote: () => undefined,
    showPatch: () => undefined,
    report: () => undefined,
    isLive: false,
    close: () => undefined,
  };
  const rest = {
    signal: new AbortController().signal,
    atOnce: new AbortController().signal,
    stop: () => undefined,
    endedStatus: () => 130,
    runners: { thin: () => '', stock: () => '' },
    program: './hello',
  };
  return { said, session: { app: { name: 'hello', async run() {} }, terminal, ...rest } };
}

describe('failureOf()', () => {
  it.each<[text: string, outcome: RolloutOutcome, undone: AutoRollback | undefined, status: number]>([
    [
      'cannot become ready: It crashes; rolled back, release bbbbbbbbbbbb is ready',
      failed,
      back({ kind: 'ready', progress }),
      4,
    ],
    [
      '1 of 3 replicas were ready in time; rolled back, release bbbbbbbbbbbb is ready',
      timeout,
      back({ kind: 'ready', progress }),
      4,
    ],
    ['cannot become ready: It crashes', failed, { kind: 'left' }, 5],
    ['It crashes; none was ready before it, so it is left for you to look at', failed, { kind: 'nothing-before' }, 5],
    ['rolled back to release bbbbbbbbbbbb, which cannot become ready either: It crashes', failed, back(failed), 5],
    ['1 of 3 replicas were ready in time', timeout, { kind: 'left' }, 6],
    ['1 of 3 replicas were ready in time; none was ready before it', timeout, { kind: 'nothing-before' }, 6],
    [
      'rolled back to release bbbbbbbbbbbb, which has 1 of 3 replicas ready by now; that goes on',
      failed,
      back(timeout),
      6,
    ],
    ['It crashes; someone else changed hello meanwhile, so it was not rolled back', failed, { kind: 'changed' }, 7],
    ['but then another deploy took over: release cccc', failed, back({ kind: 'superseded', by: 'cccc' }), 7],
    ['but then it was deleted', failed, back({ kind: 'deleted' }), 7],
    ['Another deploy of hello took over: release cccc', { kind: 'superseded', by: 'cccc' }, undefined, 7],
    ['hello was deleted by someone else meanwhile', { kind: 'deleted' }, undefined, 7],
  ])('says "%s"', (text, outcome, undone, status) => {
    const rollout = {
      name: 'hello',
      release: 'a'.repeat(64),
      replicas: 3,
      canRollBack: true,
      outcome,
      ...(undone && { undone }),
    };
    const error = failureOf(session().session, rollout, {});
    expect(error?.message).toContain(text);
    expect(exitStatus[error?.code ?? 'bad-usage']).toBe(status);
  });

  it('is none where it is ready, or nobody waited', () => {
    const rollout = { name: 'hello', release: 'a', replicas: 3, canRollBack: true };
    expect(failureOf(session().session, { ...rollout, outcome: { kind: 'ready', progress } }, {})).toBeUndefined();
    expect(failureOf(session().session, rollout, {})).toBeUndefined();
  });
});

describe('tellCause()', () => {
  it('tells the pod, what proves it and the cause', () => {
    const { said, session: told } = session();
    const evidence = { logs: ['last words'], isPrevious: true, events: ['BackOff: again'] };
    tellCause(told, { kind: 'failed', progress, diagnosis, evidence });
    expect(said).toEqual([
      'Pod hello-1 on node-1:',
      '  boom',
      'Its last lines before the restart:',
      '  | last words',
      'Events:',
      '  BackOff: again',
      'Cause: It crashes',
    ]);
  });
});
