import { createHash } from 'node:crypto';
import { planWith, type ScaledPlan } from '../../../src/deploy/plan/replicas.ts';
import { planFrom, type PlanFlags } from '../../../src/deploy/plan/plan.ts';
import type { LinuxArtifact } from '../../../src/executable/rebuild.ts';
import type { Deployed, Scaling } from '../../../src/platforms/deployed.ts';
import { digestOf } from '../../../src/shared/digest.ts';
import type { LinuxTarget } from '../../../src/shared/target.ts';
import { artifactOf } from '../programs/artifact.ts';

/** What is there under a name, as a platform reads it: nothing, unless said otherwise. */
export function deployedWith(scaling: Partial<Scaling> = {}, changes: Partial<Deployed> = {}): Deployed {
  return {
    isThere: scaling.replicas !== undefined,
    versions: {},
    scaling: { isApplied: false, isSeen: true, ...scaling },
    linkPlaces: [],
    ...changes,
  };
}

/** A plan of an application called `hello`. */
export function planOf(flags: PlanFlags = {}, deployed: Deployed = deployedWith()): ScaledPlan {
  return planWith(planFrom({ name: 'hello', async run() {} }, flags, []), deployed);
}

/** An artifact as an executable makes it of itself. */
export async function linuxArtifact(text: string, target: LinuxTarget = 'linux-x64'): Promise<LinuxArtifact> {
  const artifact = await artifactOf(text, 'hello');
  const none = await digestOf([]);
  return {
    ...artifact,
    target,
    prefix: { digest: none, md5: '', sizeBytes: 0, hashed: async () => createHash('sha256') },
    blob: { digest: artifact.version, sizeBytes: artifact.sizeBytes, open: () => artifact.open() },
    async prepare() {},
  };
}
