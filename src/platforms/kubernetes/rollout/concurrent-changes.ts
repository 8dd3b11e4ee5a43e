import type { V1Deployment, V1PodTemplateSpec } from '@kubernetes/client-node';
import { isSameTemplate } from './roll-back.ts';

/** What this program applied. */
interface AppliedState {
  readonly name: string;
  readonly template: V1PodTemplateSpec | undefined;
  readonly replicas: number | undefined;
}

/** What others changed while a rollout went on, where all the same what it asked for is ready: one sentence each. Pure. */
export function concurrentChanges(spec: V1Deployment['spec'], { name, template, replicas }: AppliedState): string[] {
  const changes: string[] = [];
  if (template !== undefined && !isSameTemplate(template, spec?.template)) {
    changes.push(`someone else added to the pods of ${name}, or restarted them, meanwhile`);
  }
  if (spec?.replicas !== undefined && replicas !== undefined && spec.replicas !== replicas) {
    changes.push(`someone else (or an autoscaler) scaled ${name} from ${replicas} to ${spec.replicas} meanwhile`);
  }
  return changes;
}
