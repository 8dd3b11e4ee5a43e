import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { V1Deployment } from '@kubernetes/client-node';
import { apply } from '../../../src/platforms/kubernetes/apply/apply.ts';
import { manifestFor } from '../../../src/platforms/kubernetes/manifest/manifest.ts';
import type { KubernetesObject, ManifestIntent } from '../../../src/platforms/kubernetes/manifest/intent.ts';
import { watchRollout } from '../../../src/platforms/kubernetes/rollout/rollout.ts';
import { parseDigest } from '../../../src/shared/digest.ts';
import { testIntent } from '../kubernetes/intent.ts';
import { both, type Case, isObserved } from './case.ts';
import { written } from './prune.ts';
import type { CaseStage } from './stage.ts';

export const recordings = join(import.meta.dirname, '../../fixtures/rollouts');

/** How one case went. */
interface Recorded {
  readonly sizeBytes: number;
  /** From the moment when the API showed it until a deploy that waited there told a cause; absent: it told none. */
  readonly told?: { readonly cause: string; readonly afterMs: number };
}

/** Provokes one situation, waits until the API shows it, and writes down what it shows. */
export async function record(name: string, given: Case, stage: CaseStage): Promise<Recorded> {
  const { cluster, release } = stage;
  const intent = { ...intentOf(stage), ...given.intent?.(stage), ...(await given.before?.(stage)) };
  await apply(cluster, edited(manifestFor(intent), given));

  const told: { cause: string; at: number }[] = [];
  const done = new AbortController();
  const waiting = watchRollout(cluster, {
    name: stage.name,
    release,
    timeoutMs: 600_000,
    signal: done.signal,
    onProgress: ({ diagnosis }) => diagnosis && told.push({ cause: causeOf(diagnosis), at: performance.now() }),
  }).then(
    (outcome) => outcome.kind === 'failed' && told.push({ cause: causeOf(outcome.diagnosis), at: performance.now() }),
    (error: unknown) => {
      if (!done.signal.aborted) throw error;
    },
  );
  await given.after?.(stage);
  // Until its controller has seen the Deployment, nobody can tell which pods are meant.
  const observed = await stage.until(both(isObserved, given.until));
  const seenAt = performance.now();
  const text = written(release, observed);
  await mkdir(recordings, { recursive: true });
  const file = join(recordings, `${name}.json`);
  await writeFile(`${file}.part`, text);
  await rename(`${file}.part`, file);

  await until(() => given.expected === 'none' || told.some(({ cause }) => cause === given.expected), 5_000);
  done.abort();
  await waiting;
  const first = told.find(({ cause }) => cause === given.expected) ?? told.at(-1);
  return {
    sizeBytes: text.length,
    ...(first && { told: { cause: first.cause, afterMs: Math.max(0, first.at - seenAt) } }),
  };
}

/** A sound deploy of the test server with one replica. */
export function intentOf({ cluster, name, release, images }: CaseStage): ManifestIntent {
  const version = parseDigest('1'.repeat(64));
  const url = 'https://store.test/hello-world';
  return testIntent({
    name,
    release,
    namespace: cluster.namespace,
    replicas: 1,
    runnerImage: images.server,
    versions: { amd64: { version, sizeBytes: 1, url } },
    terminationGracePeriodSeconds: 1,
  });
}

export function causeOf({ cause, detail }: { readonly cause: string; readonly detail?: string | undefined }): string {
  return detail === undefined ? cause : `${cause}/${detail}`;
}

function edited(objects: readonly KubernetesObject[], { edit }: Case): KubernetesObject[] {
  return objects.map((object) => {
    const copy = structuredClone(object);
    const pod = copy.kind === 'Deployment' ? (copy as V1Deployment).spec?.template.spec : undefined;
    const [container] = pod?.containers ?? [];
    if (pod && container) edit?.({ pod, container });
    return copy;
  });
}

async function until(isSo: () => boolean, limitMs: number): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!isSo() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
}
