import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { CoreV1Event, V1Deployment, V1Node, V1Pod, V1ReplicaSet } from '@kubernetes/client-node';
import { podTable, statusLine } from '../../src/cli/terminal/status-text.ts';
import { checkedAnswer, checkedEvent } from '../../src/platforms/kubernetes/api/read-answer.ts';
import { refusalError, refusalIn } from '../../src/platforms/kubernetes/api/api-error.ts';
import { normalize } from '../../src/platforms/kubernetes/apply/normalize.ts';
import type { Live } from '../../src/platforms/kubernetes/apply/apply.ts';
import { diagnose, eventLines } from '../../src/platforms/kubernetes/diagnose/diagnose.ts';
import { shortages } from '../../src/platforms/kubernetes/pods/quota.ts';
import { nodePlaceFor, roomFindings } from '../../src/platforms/kubernetes/preflight-nodes.ts';
import { judgeOf } from '../../src/platforms/kubernetes/rollout/verdict.ts';
import { deployedIn } from '../../src/platforms/kubernetes/rollout/read-deployed.ts';
import { recordPodTimes } from '../../src/platforms/kubernetes/rollout/pod-times.ts';
import { statusIn } from '../../src/platforms/kubernetes/rollout/status.ts';
import { storedBlobs } from '../../src/platforms/kubernetes/cluster-store/blob-parts.ts';
import { referencesOf } from '../../src/platforms/kubernetes/cluster-store/in-use.ts';
import { parseDigest } from '../../src/shared/digest.ts';
import { DeployError } from '../../src/shared/errors.ts';
import { mutated, mutations } from '../support/fuzz/mutations.ts';
import { itHolds } from '../support/fuzz/property.ts';
import { recordings } from '../support/rollouts/record.ts';

interface Shown {
  readonly deployment: V1Deployment;
  readonly replicaSets: V1ReplicaSet[];
  readonly pods: V1Pod[];
  readonly events: CoreV1Event[];
  readonly nodes: V1Node[];
}

const release = parseDigest('1'.repeat(64));
const shown = readdirSync(recordings).map((file) =>
  whole(JSON.parse(readFileSync(join(recordings, file), 'utf8')) as Record<string, Part & Part[]>),
);

itHolds(
  'whatever an API server answers is refused in words, or does no harm to those who read it',
  fc.record({ given: fc.constantFrom(...shown), changes: mutations }),
  {
    runs: 3_000,
    check({ given, changes }) {
      const changed = (mutated(given, changes) ?? {}) as Shown;
      const answered = refusedOr(() => answersOf(changed));
      if (answered !== undefined) readAll(answered);
    },
  },
);

itHolds(
  'an event of a watch is refused in words, or is an object',
  fc.record({ given: fc.constantFrom(...shown), changes: mutations }),
  {
    runs: 500,
    check({ given, changes }) {
      const line = JSON.stringify(mutated({ type: 'ADDED', object: given.pods[0] }, changes));
      const read = refusedOr(() => checkedEvent(line, { ...asked, path: '/api/v1/namespaces/a/pods' }));
      if (read !== undefined) expect(read).toHaveProperty('object');
    },
  },
);

itHolds('a refusal has words, whatever its body is', fc.oneof(fc.string(), fc.json()), {
  runs: 500,
  check(body) {
    const error = refusalError(refusalIn(418, body), { server: 'http://a', context: 'b', path: '/' });
    expect(error.message).toMatch(/^Refused by http:\/\/a: /);
  },
});

it('what a real API server answers is taken', () => {
  for (const given of shown) expect(refusedOr(() => answersOf(structuredClone(given)))).toBeDefined();
});

const asked = { method: 'GET', server: 'http://127.0.0.1' };

function answersOf({ deployment, replicaSets, pods, events, nodes }: Shown): Shown {
  return {
    deployment: answer('deployments/hello', deployment) as V1Deployment,
    replicaSets: listed<V1ReplicaSet>('replicasets', replicaSets),
    pods: listed<V1Pod>('pods', pods),
    events: listed<CoreV1Event>('events', events),
    nodes: listed<V1Node>('nodes', nodes),
  };
}

function answer(name: string, value: unknown): unknown {
  return checkedAnswer(value, { ...asked, path: `/apis/apps/v1/namespaces/a/${name}` });
}

function listed<T>(plural: string, items: unknown): T[] {
  return (answer(plural, { metadata: {}, items }) as { items: T[] }).items;
}

function refusedOr<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DeployError) || error.code !== 'cluster-unreadable') throw error;
    expect(error.message.length).toBeLessThan(400);
    return undefined;
  }
}

/** All that looks at what was answered. */
function readAll(observed: Shown): void {
  const { deployment, replicaSets, pods, events, nodes } = observed;
  const architectures = new Map(nodes.map(({ metadata }) => [metadata?.name ?? '', 'amd64']));
  const status = statusIn({ name: 'hello', namespace: 'a', deployment, pods, nodes: architectures });
  if (status !== undefined) [statusLine(status), ...podTable(status.pods)].map(String);
  deployedIn('hello', { deployment: deployment as V1Deployment & Live, replicaSets, autoscalers: [] });
  diagnose(observed);
  judgeOf(release)(observed, 0);
  recordPodTimes().look(observed, 0);
  eventLines(events);
  normalize(deployment as V1Deployment & Live);
  storedBlobs(
    'hello',
    'ConfigMap',
    pods.flatMap(({ metadata }) => metadata ?? []),
  );
  referencesOf(replicaSets);
  const [pod = {}] = pods;
  nodePlaceFor({ target: undefined, nodeSelector: {}, tolerations: [] }, nodes);
  roomFindings(nodes, { pod, template: pod });
  shortages([{ status: { hard: { pods: '1' } } }], { pod, replicas: 2, ours: pods });
}

type Part = Readonly<Record<string, unknown>>;

/** As an API server tells it: recordings leave out what rules do not look at. */
function whole(given: Readonly<Record<string, Part & Part[]>>): Shown {
  const { deployment, replicaSets = [], pods = [], events = [], nodes = [] } = given;
  const template = { spec: { containers: [{ name: 'app', resources: { requests: { cpu: '1' } } }] } };
  const labels = { 'app.kubernetes.io/managed-by': 'selfsame' };
  const { metadata, spec, status } = deployment as Readonly<Record<string, Part>>;
  return {
    deployment: { metadata: { ...metadata, labels }, spec: { ...spec, template }, status },
    replicaSets: replicaSets.map((set) => Object.assign(set, { spec: { template } })),
    pods: pods.map((pod) => Object.assign(pod, { spec: { ...template.spec, ...(pod['spec'] as Part) } })),
    events: events.map((event) => Object.assign({ metadata: {}, involvedObject: {} }, event)),
    nodes,
  } as unknown as Shown;
}
