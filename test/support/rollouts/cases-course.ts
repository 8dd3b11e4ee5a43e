import { randomBytes } from 'node:crypto';
import { apply } from '../../../src/platforms/kubernetes/apply/apply.ts';
import { manifestFor } from '../../../src/platforms/kubernetes/manifest/manifest.ts';
import { pathOf } from '../../../src/platforms/kubernetes/api/resource-paths.ts';
import { parseDigest } from '../../../src/shared/digest.ts';
import { type Case, isAvailable } from './case.ts';
import { intentOf } from './record.ts';
import type { CaseStage } from './stage.ts';

/** What happens to the rollout as a whole. */
export const courseCases: Readonly<Record<string, Case>> = {
  ready: { expected: 'none', verdict: 'ready', until: isAvailable },
  paused: {
    expected: 'paused',
    verdict: 'fatal',
    intent: () => ({ env: { MODE: 'unready' } }),
    after: async (stage) => patch(stage, { spec: { paused: true } }),
    until: ({ deployment }) => deployment.spec?.paused === true,
  },
  deadline: {
    expected: 'deadline',
    verdict: 'in time',
    intent: () => ({ env: { MODE: 'deaf' }, progressDeadlineSeconds: 3 }),
    until: ({ deployment }) =>
      deployment.status?.conditions?.some(({ reason }) => reason === 'ProgressDeadlineExceeded') ?? false,
  },
  'newer-release': {
    expected: 'none',
    verdict: 'superseded',
    async after(stage) {
      const release = parseDigest(randomBytes(32).toString('hex'));
      await stage.until(isAvailable);
      await apply(stage.cluster, manifestFor({ ...intentOf(stage), release }));
    },
    until: ({ replicaSets }) => replicaSets.length > 1,
  },
  'undone-by-someone': {
    expected: 'none',
    verdict: 'superseded',
    async after(stage) {
      await stage.until(isAvailable);
      const annotations = { 'selfsame.dev/release': 'f'.repeat(64) };
      await patch(stage, { spec: { template: { metadata: { annotations } } } });
    },
    until: ({ replicaSets }) => replicaSets.length > 1,
  },
};

async function patch({ cluster, name }: CaseStage, body: object): Promise<void> {
  const path = pathOf('Deployment', { namespace: cluster.namespace, name });
  await cluster.request('PATCH', path, { contentType: 'application/strategic-merge-patch+json', body });
}
