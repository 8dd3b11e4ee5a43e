/** Answers to what an account asks about itself: the one that plays may do everything. */
export function reviewAnswer(path: string, text: string): object | undefined {
  const [, group, plural] = /^\/apis\/(authorization|authentication)\.k8s\.io\/v1\/([a-z]+)$/.exec(path) ?? [];
  const answer = answers[plural ?? ''];
  if (answer === undefined) return undefined;
  const { spec } = (text === '' ? {} : JSON.parse(text)) as { spec?: object };
  const creationTimestamp = plural === 'selfsubjectreviews' ? new Date().toISOString().replace(/\.\d+/, '') : null;
  const { kind, status } = answer;
  const body = { kind, apiVersion: `${group}.k8s.io/v1`, metadata: { creationTimestamp }, status };
  return { ...body, ...(plural !== 'selfsubjectreviews' && { spec }) };
}

const everything = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };

const answers: Readonly<Record<string, { kind: string; status: object }>> = {
  selfsubjectrulesreviews: {
    kind: 'SelfSubjectRulesReview',
    status: { resourceRules: [everything], nonResourceRules: [], incomplete: false },
  },
  selfsubjectaccessreviews: { kind: 'SelfSubjectAccessReview', status: { allowed: true } },
  selfsubjectreviews: {
    kind: 'SelfSubjectReview',
    status: { userInfo: { username: 'me', groups: ['system:authenticated'] } },
  },
};
