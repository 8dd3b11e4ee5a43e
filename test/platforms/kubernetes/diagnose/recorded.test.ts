import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { diagnose } from '../../../../src/platforms/kubernetes/diagnose/diagnose.ts';
import { judgeOf } from '../../../../src/platforms/kubernetes/rollout/verdict.ts';
import type { Observed } from '../../../../src/platforms/kubernetes/pods/pod-view.ts';
import type { Digest } from '../../../../src/shared/digest.ts';
import type { Case } from '../../../support/rollouts/case.ts';
import { cases } from '../../../support/rollouts/cases.ts';
import { confusionTable } from '../../../support/rollouts/confusion-table.ts';
import { causeOf, recordings } from '../../../support/rollouts/record.ts';

/** One of test/fixtures/rollouts. */
type Recording = Observed & { readonly release: Digest };

const found: { expected: string; found: string }[] = [];
afterAll(() => {
  process.stdout.write(`\nExpected causes (rows) and those found:\n${confusionTable(found)}\n`);
});

describe('diagnose() of what a real cluster showed', () => {
  it.each(Object.entries(cases))('knows %s', (name, { expected, verdict }) => {
    const recording = recorded(name);
    const diagnosis = diagnose(recording);
    const cause = diagnosis === undefined ? 'none' : causeOf(diagnosis);
    found.push({ expected, found: cause });
    expect({ cause, verdict: verdictOf(recording) }).toEqual({ cause: expected, verdict });
    if (diagnosis === undefined) return;
    expect(diagnosis.summary).toMatch(/^\S.*\S$/);
    expect(diagnosis.nextStep).toMatch(/^(Run: .*[^.]|[A-Z].*\.)$/);
  });

  it('has a case for every recording', () => {
    const names = readdirSync(recordings).map((file) => file.replace('.json', ''));
    expect(names.sort()).toEqual(Object.keys(cases).sort());
  });

  it.each(Object.entries(cases).filter(([name]) => recorded(name).nodes !== undefined))(
    'comes near %s where nodes may not be seen',
    (name, { expected }) => {
      const { nodes: _nodes, ...rest } = recorded(name);
      expect(diagnose(rest)?.cause ?? 'none').toBe(expected.split('/')[0]);
    },
  );
});

function recorded(name: string): Recording {
  return JSON.parse(readFileSync(join(recordings, `${name}.json`), 'utf8')) as Recording;
}

/** Whether a deploy that sees this gives up: at once, if it stays so, or never. */
function verdictOf({ release, ...observed }: Recording): Case['verdict'] {
  const judge = judgeOf(release);
  const first = judge(observed, 0);
  if (first.kind === 'failed') return 'fatal';
  if (first.kind !== 'waiting') return first.kind;
  const anHourLater = judge(observed, 3_600_000);
  return anHourLater.kind === 'failed' ? 'in time' : 'waiting';
}
