import { expect, it } from '@jest/globals';
import { diagnose } from '../../../../src/platforms/kubernetes/diagnose/diagnose.ts';
import { observedWith, replicaSet } from '../../../support/kubernetes/observed.ts';

it.each<[string, Parameters<typeof observedWith>[0], object]>([
  [
    'a full quota',
    refusing('pods "hello-1" is forbidden: exceeded quota: few, requested: pods=1,limits.cpu=2, used: pods=2'),
    {
      cause: 'quota',
      nextStep: 'Ask for less with --replicas or --cpu-limit, or raise the quota.',
      fatalAfterMs: 15_000,
    },
  ],
  [
    'a quota of limits that are not stated',
    refusing(
      'pods "hello-1" is forbidden: failed quota: few: must specify limits.cpu for: app; limits.memory for: app',
    ),
    { cause: 'quota', nextStep: 'Pass --cpu-limit: a quota of the namespace counts that.', fatalAfterMs: 0 },
  ],
  [
    'a quota of what nobody can state',
    refusing('pods "hello-1" is forbidden: failed quota: few: must specify requests.ephemeral-storage for: app'),
    { cause: 'quota', nextStep: 'Ask the owner of the quota: it counts what a pod here does not state.' },
  ],
  [
    'a limit that is too low',
    refusing('pods "hello-1" is forbidden: minimum cpu usage per Container is 500m, but request is 100m'),
    {
      cause: 'admission',
      nextStep: 'Pass a higher --cpu-request, or change the LimitRange of the namespace.',
      fatalAfterMs: 0,
    },
  ],
  [
    'a limit too far from its request',
    refusing('pods "hello-1" is forbidden: cpu max limit to request ratio per Container is 2, but provided ratio is 4'),
    { cause: 'admission', nextStep: expect.stringMatching(/to fit the LimitRange there\.$/), fatalAfterMs: 0 },
  ],
  [
    'a service account that is missing',
    refusing('pods "hello-1" is forbidden: error looking up service account a/b: serviceaccount "b" not found'),
    {
      cause: 'config-missing',
      nextStep: 'Create it (kubectl create serviceaccount b), or pass another --service-account.',
    },
  ],
  [
    'a refusal in unknown words',
    refusing('no'),
    { cause: 'admission', summary: 'Kubernetes refuses to make the pods: no', fatalAfterMs: 15_000 },
  ],
  [
    'a policy',
    refusing('pods "hello-1" is forbidden: violates PodSecurity "restricted:latest"'),
    { cause: 'admission', fatalAfterMs: 0 },
  ],
])('diagnose() knows %s', (_situation, seen, found) => {
  expect(diagnose(observedWith(seen))).toMatchObject(found);
});

function refusing(message: string): Parameters<typeof observedWith>[0] {
  const conditions = [{ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message }];
  return { replicaSets: [replicaSet('new', 2, { conditions })] };
}
