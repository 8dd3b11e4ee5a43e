import type { ManifestIntent } from '../../../src/platforms/kubernetes/manifest/intent.ts';
import { type Case, isRefused } from './case.ts';
import type { CaseStage } from './stage.ts';

const refused = { until: isRefused };

/** Kubernetes does not even make the pods. */
export const refusedCases: Readonly<Record<string, Case>> = {
  'quota-full': {
    ...refused,
    expected: 'quota',
    verdict: 'in time',
    before: async (stage) => quota(stage, { pods: '0' }),
  },
  'quota-of-memory': {
    ...refused,
    expected: 'quota',
    verdict: 'in time',
    before: async (stage) => quota(stage, { 'requests.memory': '64Mi' }),
  },
  'quota-that-demands-a-limit': {
    ...refused,
    expected: 'quota/undeclared',
    verdict: 'fatal',
    before: async (stage) => quota(stage, { 'limits.cpu': '4' }),
  },
  'limit-range': {
    ...refused,
    expected: 'admission/limit-range',
    verdict: 'fatal',
    before: async (stage) =>
      stage.create(collection(stage, 'limitranges'), {
        metadata: { name: 'small' },
        spec: { limits: [{ type: 'Container', max: { memory: '64Mi' } }] },
      }),
  },
  'pod-security': {
    ...refused,
    expected: 'admission/pod-security',
    verdict: 'fatal',
    edit: ({ pod }) => (pod.hostNetwork = true),
  },
  'admission-policy': {
    ...refused,
    expected: 'admission/policy',
    verdict: 'in time',
    before: denyPods,
  },
  'admission-webhook-down': {
    ...refused,
    expected: 'admission/webhook',
    verdict: 'in time',
    async before({ cluster: { namespace }, create }) {
      await create('/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations', {
        metadata: { name: namespace },
        webhooks: [
          {
            name: 'checks.example.test',
            clientConfig: { url: 'https://127.0.0.1:1/' },
            rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
            namespaceSelector: only(namespace),
            sideEffects: 'None',
            admissionReviewVersions: ['v1'],
          },
        ],
      });
    },
  },
  'service-account-missing': {
    ...refused,
    expected: 'config-missing/service-account',
    verdict: 'in time',
    intent: () => ({ serviceAccount: 'no-such-account' }),
  },
};

async function quota(stage: CaseStage, hard: Record<string, string>): Promise<Partial<ManifestIntent>> {
  await stage.create(collection(stage, 'resourcequotas'), { metadata: { name: 'few' }, spec: { hard } });
  return {};
}

/** A rule of the cluster's owners, in this namespace alone. */
async function denyPods({ cluster, create }: CaseStage): Promise<void> {
  const { namespace } = cluster;
  const admission = '/apis/admissionregistration.k8s.io/v1';
  await create(`${admission}/validatingadmissionpolicies`, {
    metadata: { name: namespace },
    spec: {
      matchConstraints: {
        namespaceSelector: only(namespace),
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
      },
      validations: [{ expression: 'has(object.metadata.labels.team)', message: 'every pod needs a label "team"' }],
    },
  });
  await create(`${admission}/validatingadmissionpolicybindings`, {
    metadata: { name: namespace },
    spec: { policyName: namespace, validationActions: ['Deny'] },
  });
  // It takes a moment to count: a pod that would be taken is tried, and kept by nobody.
  const deadline = AbortSignal.timeout(60_000);
  const body = { metadata: { name: 'trial' }, spec: trialPod };
  for (;;) {
    const [answer] = await Promise.allSettled([
      cluster.request('POST', `/api/v1/namespaces/${namespace}/pods`, {
        body,
        query: { dryRun: 'All' },
        signal: deadline,
      }),
    ]);
    if (answer.status === 'rejected' && String(answer.reason).includes('ValidatingAdmissionPolicy')) return;
    deadline.throwIfAborted();
  }
}

/** As the restricted Pod Security Standard wants it. */
const trialPod = {
  securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [
    {
      name: 'trial',
      image: 'example.test/trial:1',
      securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
    },
  ],
};

function only(namespace: string): object {
  return { matchLabels: { 'kubernetes.io/metadata.name': namespace } };
}

function collection({ cluster: { namespace } }: CaseStage, kind: string): string {
  return `/api/v1/namespaces/${namespace}/${kind}`;
}
