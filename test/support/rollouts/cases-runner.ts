import type { ManifestIntent } from '../../../src/platforms/kubernetes/manifest/intent.ts';
import { parseDigest } from '../../../src/shared/digest.ts';
import { type Case, deploymentHasEnded, isRunning } from './case.ts';
import type { FileBehaviour } from './server.ts';
import type { CaseStage } from './stage.ts';

/** The runner is there, and cannot start the executable. */
export const runnerCases: Readonly<Record<string, Case>> = {
  'runner-denied': {
    expected: 'runner/denied',
    verdict: 'fatal',
    intent: (stage) => fetching('denied', stage),
    until: deploymentHasEnded,
  },
  'runner-not-found': {
    expected: 'runner/missing',
    verdict: 'fatal',
    intent: (stage) => fetching('missing', stage),
    until: deploymentHasEnded,
  },
  'runner-wrong-bytes': {
    expected: 'runner/mismatch',
    verdict: 'fatal',
    intent: (stage) => fetching('other', stage),
    until: deploymentHasEnded,
  },
  'runner-unreachable': {
    expected: 'runner/unreachable',
    verdict: 'fatal',
    intent: (stage) => {
      const url = new URL(stage.file('missing'));
      url.port = '1';
      return fetching('missing', stage, url.href);
    },
    until: deploymentHasEnded,
  },
  'runner-slow': {
    expected: 'none',
    verdict: 'waiting',
    intent: (stage) => fetching('trickling', stage),
    until: isRunning,
  },
};

function fetching(
  behaviour: FileBehaviour,
  { images, file }: CaseStage,
  url = file(behaviour),
): Partial<ManifestIntent> {
  const version = parseDigest('1'.repeat(64));
  return {
    runnerImage: images.runner,
    // Its other limits are those of a deploy; these make it give up soon.
    env: { SELFSAME_DENIED_LIMIT: '1', SELFSAME_FETCH_LIMIT: '1' },
    // The length of `other bytes`.
    versions: { amd64: { version, sizeBytes: 11, url } },
  };
}
