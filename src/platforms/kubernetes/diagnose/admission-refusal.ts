import type { Detail, Finding } from './finding.ts';

/** Quota, LimitRange and admission name a resource so; we have a flag for it. */
const flags: Readonly<Record<string, string>> = {
  'limits.cpu': '--cpu-limit',
  'limits.memory': '--memory-limit',
  'requests.cpu': '--cpu-request',
  'requests.memory': '--memory-request',
  cpu: '--cpu-request',
  memory: '--memory-request',
  pods: '--replicas',
  'count/pods': '--replicas',
};

type Refusal = Omit<Finding, 'summary' | 'evidence'>;

/** Why an admission (quota, LimitRange, Pod Security, a webhook) refuses a pod, by its words; undefined for words nobody knows. */
export function admissionRefusal(message: string): Refusal | undefined {
  return refusals.map((refusal) => refusal(message)).find((one) => one !== undefined);
}

const undeclared = (message: string): Refusal | undefined => {
  const [, list] = /failed quota: .*must specify ([\w.,/-]+)/.exec(message) ?? [];
  if (list === undefined) return undefined;
  const missing = list.split(',').map((resource) => flags[resource]);
  return {
    cause: 'quota',
    detail: 'undeclared',
    nextStep: missing.every((flag) => flag !== undefined)
      ? `Pass ${missing.join(' and ')}: a quota of the namespace counts that.`
      : 'Ask the owner of the quota: it counts what a pod here does not state.',
    fatalAfterMs: 0,
  };
};

const quota = (message: string): Refusal | undefined => {
  const [, list] = /exceeded quota: .*?requested: (\S+)/.exec(message) ?? [];
  if (list === undefined && !/exceeded quota/.test(message)) return undefined;
  const asked = (list ?? '').split(',').map((item) => flags[item.split('=')[0] ?? '']);
  const known = [...new Set(asked.filter((flag) => flag !== undefined))];
  const words = known.length > 0 ? known : ['--cpu-request', '--memory-request', '--replicas'];
  return {
    cause: 'quota',
    nextStep: `Ask for less with ${words.join(' or ')}, or raise the quota.`,
    // It may be full only until others have gone.
    fatalAfterMs: 15_000,
  };
};

const limitRange = (message: string): Refusal | undefined => {
  const [, bound, resource = '', which] =
    /\b(maximum|minimum) (cpu|memory) usage per (?:Container|Pod) is .*?(limit|request)/.exec(message) ?? [];
  if (bound === undefined) return /limit to request ratio/.test(message) ? unfitRatio : undefined;
  const flag = `--${resource}-${which}`;
  return {
    ...admission('limit-range', 0),
    nextStep: `Pass a ${bound === 'maximum' ? 'lower' : 'higher'} ${flag}, or change the LimitRange of the namespace.`,
  };
};

const unfitRatio: Refusal = {
  ...admission('limit-range', 0),
  nextStep: 'Change --cpu-request, --cpu-limit, --memory-request or --memory-limit to fit the LimitRange there.',
};

const podSecurity = (message: string): Refusal | undefined =>
  /violates PodSecurity/.test(message)
    ? { ...admission('pod-security', 0), nextStep: 'Pass another --namespace, or have its Pod Security level changed.' }
    : undefined;

const serviceAccount = (message: string): Refusal | undefined => {
  const [, name] = /serviceaccount "([^"]*)" not found/.exec(message) ?? [];
  if (name === undefined) return undefined;
  return {
    cause: 'config-missing',
    detail: 'service-account',
    nextStep: `Create it (kubectl create serviceaccount ${name}), or pass another --service-account.`,
    // A namespace that was made just now gets its own in a moment.
    fatalAfterMs: 15_000,
  };
};

const webhook = (message: string): Refusal | undefined =>
  /failed calling webhook/.test(message)
    ? { ...admission('webhook', 30_000), nextStep: 'See whether that webhook runs: without it nothing starts here.' }
    : undefined;

const policy = (message: string): Refusal | undefined =>
  /ValidatingAdmissionPolicy|admission webhook "[^"]*" denied/.test(message)
    ? { ...admission('policy', 15_000), nextStep: 'Ask the owner of that policy, or change what it names.' }
    : undefined;

/** In the order in which one may quote the other. */
const refusals = [undeclared, quota, limitRange, podSecurity, serviceAccount, webhook, policy];

function admission(detail: Detail, fatalAfterMs: number): Omit<Refusal, 'nextStep'> {
  return { cause: 'admission', detail, fatalAfterMs };
}
