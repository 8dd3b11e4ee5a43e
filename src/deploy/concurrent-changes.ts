import type { V1Deployment, V1PodTemplateSpec } from '@kubernetes/client-node';
import { isSameTemplate } from '../platforms/kubernetes/rollout/roll-back.ts';
import type { Report } from '../shared/report.ts';

/** Says what others changed beside this deploy, where all the same what it asked for is ready. */
export function reportConcurrentChanges(
  { name, spec }: { readonly name: string; readonly spec: V1Deployment['spec'] },
  { template, replicas, report }: { template: V1PodTemplateSpec | undefined; replicas: number; report: Report },
): void {
  const warn = (text: string): void => report({ kind: 'warning', text: `someone else ${text} meanwhile` });
  if (template !== undefined && !isSameTemplate(template, spec?.template)) {
    warn(`added to the pods of ${name}, or restarted them,`);
  }
  if (spec?.replicas !== undefined && spec.replicas !== replicas) {
    warn(`(or an autoscaler) scaled ${name} from ${replicas} to ${spec.replicas}`);
  }
}
