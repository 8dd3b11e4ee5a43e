import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubeconfigOf } from './api-server.ts';
import { type Gate, gateToCluster } from './gate.ts';

/** Some hours later: what starts a program by that clock, and the edit of a gate that makes it so in the cluster. */
export function clocksLater(hours: number): { under: readonly string[]; edit: NonNullable<Gate['edit']> } {
  return { under: ['faketime', '-f', `+${hours}h`], edit: (answer) => laterBy(hours, answer) };
}

/** A way to a cluster where it is some hours later, and how to start a program so. */
export async function laterCluster(kubeconfig: string, hours: number) {
  const { edit, under } = clocksLater(hours);
  const gate = await gateToCluster(kubeconfig);
  gate.edit = edit;
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-later-'));
  const own = join(folder, 'kubeconfig');
  await writeFile(own, JSON.stringify(kubeconfigOf({ server: `http://127.0.0.1:${gate.port}` }, {})));
  return {
    kubeconfig: own,
    under,
    async [Symbol.asyncDispose]() {
      gate.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** Who asks the cluster who it is, learns what time it is there. */
function laterBy(hours: number, answer: unknown): unknown {
  const { kind, metadata } = answer as { kind?: string; metadata?: { creationTimestamp?: string } };
  if (kind === 'SelfSubjectReview' && metadata?.creationTimestamp !== undefined) {
    metadata.creationTimestamp = new Date(Date.parse(metadata.creationTimestamp) + hours * 3_600_000).toISOString();
  }
  return answer;
}
