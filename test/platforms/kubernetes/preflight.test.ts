import { afterEach, describe, expect, it } from '@jest/globals';
import type { Application } from '../../../src/app/application.ts';
import { planFrom, type PlanFlags } from '../../../src/deploy/plan/plan.ts';
import { preflight } from '../../../src/platforms/kubernetes/preflight.ts';
import { connect } from '../../../src/platforms/kubernetes/api/client.ts';
import { manifestFor } from '../../../src/platforms/kubernetes/manifest/manifest.ts';
import { deploymentIn } from '../../../src/platforms/kubernetes/manifest/intent.ts';
import type { ReportEvent } from '../../../src/shared/report.ts';
import { apiServer, json, refuseCall } from '../../support/kubernetes/api-server.ts';
import { testIntent } from '../../support/kubernetes/intent.ts';
import { memoryStore } from '../../support/stores/memory-store.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const app: Application = { name: 'hello', run: async () => undefined };
const objects = manifestFor(testIntent({ name: 'hello', namespace: 'mine', replicas: 2, query: 'sig=x' }));
const deployment = deploymentIn(objects);

describe('preflight()', () => {
  it('is content with a cluster where nothing is wrong, and says nothing', async () => {
    expect(await check({})).toEqual([]);
  });

  it('passes on what the API server warns of, once', async () => {
    expect(await check({ warning: '299 - "would violate PodSecurity"' })).toEqual(['would violate PodSecurity']);
  });

  it('refuses pods that the Pod Security Standard forbids', async () => {
    const answers = { 'POST /pods': forbidden('violates PodSecurity "restricted:latest": hostPort (...)') };
    await expect(check({ answers })).rejects.toMatchObject({
      code: 'cluster-refused',
      message: 'No pod would be admitted in namespace mine: violates PodSecurity "restricted:latest": hostPort (...)',
      hint: 'Pass another --namespace, or have its Pod Security level changed.',
    });
  });

  it('needs no room in a quota for pods that are there', async () => {
    const answers = {
      'POST /pods': forbidden('exceeded quota: q, requested: pods=1, used: pods=2, limited: pods=2'),
      'GET /deployments/hello': deployment,
    };
    expect(await check({ answers })).toEqual([]);
    await expect(check({ answers: { 'POST /pods': answers['POST /pods'] } })).rejects.toMatchObject({
      message: expect.stringContaining('exceeded quota: q'),
      hint: 'Ask for less, make room there, or have the quota raised.',
    });
  });

  it('says a quota that is too small once', async () => {
    const status = { hard: { pods: '1' }, used: { pods: '1' } };
    const answers = {
      'POST /pods': forbidden('exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1'),
      'GET /resourcequotas': { items: [{ metadata: { name: 'q' }, spec: {}, status }] },
    };
    const refused = check({ answers, flags: { replicas: '2' } });
    await expect(refused).rejects.toMatchObject({
      message: 'The quota q of namespace mine has room for 0 of 2 replicas (pods 1)',
    });
    await expect(refused).rejects.not.toHaveProperty('findings.length');
  });

  it('names all rights that are missing, also those for what comes afterwards', async () => {
    const resourceRules = [
      { verbs: ['get', 'create', 'patch', 'list', 'watch'], apiGroups: ['*'], resources: ['pods'] },
    ];
    const answers = { 'POST /selfsubjectrulesreviews': { status: { resourceRules, incomplete: false } } };
    const place = /^Not allowed in namespace mine of http:\S+: /.source;
    await expect(check({ answers })).rejects.toMatchObject({
      code: 'cluster-denied',
      message: expect.stringMatching(`${place}list, watch deployments; list, watch replicasets$`),
      hint: 'Ask for these rights (self rbac prints a Role with them), or pass another --context or --namespace.',
    });
    await expect(check({ answers, flags: { rm: true, wait: false } })).rejects.toMatchObject({
      message: expect.stringMatching(
        `${place}get pods/log; delete secrets; delete, list deployments; delete, list services$`,
      ),
    });
    expect(await check({ answers, flags: { wait: false } })).toEqual([]);
  });

  it('does without what the account may not look at, and says so in one line', async () => {
    const may = (what: string) => `User "me" cannot list resource "${what}" in API group ""`;
    const answers = {
      'GET /nodes': may('nodes'),
      'GET /resourcequotas': may('resourcequotas'),
      'GET /secrets/db': may('secrets'),
      'POST /pods': may('pods'),
      'POST /selfsubjectrulesreviews': may('selfsubjectrulesreviews'),
    };
    expect(await check({ answers, secrets: { A: { secret: 'db', key: 'a' } } })).toEqual([
      `not checked: this account may not see nodes (so it is built for linux-arm64 and linux-x64), ask for its rights, see quotas, read the Secrets that replicas need, try a pod (quota, limits, admission); no arm64 or amd64 node is known to have ${image}, and its registry cannot be asked from here`,
    ]);
    const quotas = { items: [{ metadata: { name: 'q' }, spec: {}, status: { hard: { pods: '1' } } }] };
    const blind = { 'GET /resourcequotas': quotas, 'GET /pods': may('pods') };
    expect(await check({ answers: blind, flags: { replicas: '2' } })).toEqual([]);
  });

  it('looks for the Secrets of the application, and for their keys', async () => {
    const secrets = { A: { secret: 'db', key: 'a' }, B: { secret: 'db', key: 'b' }, C: { secret: 'none', key: 'c' } };
    const answers = { 'GET /secrets/db': { metadata: {}, data: { a: 'eA==' } } };
    await expect(check({ answers, secrets })).rejects.toMatchObject({
      findings: [
        { message: 'Cannot find b in the Secret db in namespace mine' },
        {
          message: 'Cannot find the Secret none in namespace mine',
          hint: 'Create it, or correct --env-from-secret or the secrets of the application.',
        },
      ],
    });
  });

  it('only warns of nodes that are too small where others are added for pods', async () => {
    const small = { allocatable: { cpu: '10m' }, images };
    const metadata = { labels: { ...labels, 'karpenter.sh/nodepool': 'default' } };
    const answers = { 'GET /nodes': { items: [{ metadata, spec: {}, status: small }] } };
    expect(await check({ answers })).toEqual([
      'No node can hold one replica: it asks for cpu 100m, memory 128Mi, ephemeral-storage 131Mi; nodes have at most cpu 10m, unless one is added',
    ]);
  });

  it('says what cannot be known of the runner image', async () => {
    expect(await check({ flags: { 'runner-image': 'registry.test/other:1' } })).toEqual([
      'not checked: no amd64 node is known to have registry.test/other:1, and its registry cannot be asked from here',
    ]);
  });

  it('ends with what is no finding', async () => {
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    await expect(check({ signal: stop.signal })).rejects.toThrow('enough');
  });
});

interface Situation {
  readonly answers?: Readonly<Record<string, unknown>>;
  readonly flags?: PlanFlags;
  readonly secrets?: Application['secrets'];
  readonly warning?: string;
  readonly signal?: AbortSignal;
}

const image = 'registry.test/runner:1';
const images = [{ names: [image] }];
const labels = { 'kubernetes.io/arch': 'amd64' };

/** Runs every check against an API server that answers so; what it is not told of is as it should be. */
async function check({ answers = {}, flags, secrets, warning, signal }: Situation): Promise<string[]> {
  const usual: Readonly<Record<string, unknown>> = {
    'GET /nodes': { items: [{ metadata: { labels }, spec: {}, status: { images } }] },
    'POST /selfsubjectrulesreviews': {
      status: { resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }], incomplete: false },
    },
    'GET /resourcequotas': { items: [] },
    'GET /pods': { items: [] },
    'POST /pods': deploymentIn(objects)?.spec?.template,
  };
  const server = await apiServer((request, response) => {
    const path = new URL(request.url ?? '', 'http://localhost').pathname;
    const known = { ...usual, ...answers };
    const key = Object.keys(known).find(
      (one) =>
        `${request.method} ${path}`.startsWith(`${one.split(' ')[0]} `) && path.endsWith(one.split(' ')[1] ?? ' '),
    );
    if (warning !== undefined) response.setHeader('warning', warning);
    const answer = key === undefined ? undefined : known[key];
    if (typeof answer === 'string') refuseCall(response, 403, { reason: 'Forbidden', message: answer });
    else if (answer !== undefined) json(response, 200, answer);
    else if (request.method === 'PATCH') request.pipe(response.writeHead(200, { 'content-type': 'application/json' }));
    else refuseCall(response, 404, { reason: 'NotFound', message: 'not found' });
  });
  closing.push(async () => server.close());
  const end = new AbortController();
  const cluster = await connect({ kubeconfig: await server.kubeconfig(), environment: {}, signal: end.signal });
  closing.push(async () => cluster.close());

  const events: ReportEvent[] = [];
  const world = { cluster, store: memoryStore(), report: (event: ReportEvent) => events.push(event) };
  const plan = planFrom({ ...app, ...(secrets && { secrets }) }, { 'runner-image': image, ...flags }, []);
  const checks = await preflight(plan, { ...world, signal: signal ?? end.signal });
  await checks.verdict(objects);
  return events.map((event) => ('text' in event ? event.text : event.kind));
}

function forbidden(message: string): string {
  return `pods "hello-x7k2p" is forbidden: ${message}`;
}
