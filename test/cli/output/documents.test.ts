import { afterEach, describe, expect, it } from '@jest/globals';
import { load } from 'js-yaml';
import { exitStatus } from '../../../src/shared/errors.ts';
import { checked, faultsIn, schemas } from '../../support/programs/document.ts';
import { changedExecutable, helloExecutable } from '../../support/programs/executables.ts';
import { type PlayedCluster, playedCluster } from '../../support/kubernetes/played-cluster.ts';
import type { PlayedStage } from '../../support/kubernetes/played-pod.ts';
import { type EndedProgram, runProgram, type ProgramOptions } from '../../support/programs/program.ts';

const closing: PlayedCluster[] = [];
afterEach(async () => {
  for (const server of closing.splice(0)) await server.close();
});

/** Nothing is configured but what is given. */
const nobody = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => /^(AZURE|AWS|SELFSAME|KUBE)/.test(name))
    .map((name) => [name, undefined]),
);

interface Place {
  readonly server: PlayedCluster;
  /** Runs the program there, with `--output json` unless another is said; `runProgram` holds its stdout against the schema. */
  readonly hello: (line: string, options?: ProgramOptions) => Promise<EndedProgram>;
  readonly changed: (line: string) => Promise<EndedProgram>;
}

async function place(comesTo: PlayedStage = 'ready'): Promise<Place> {
  const server = await playedCluster({ comesTo });
  closing.push(server);
  const kubeconfig = await server.kubeconfig();
  const run = async (file: string, line: string, options: ProgramOptions = {}): Promise<EndedProgram> => {
    const words = [...line.split(' '), ...(line.includes('--output') ? [] : ['--output', 'json'])];
    return runProgram(file, words, { ...options, env: { ...nobody, KUBECONFIG: kubeconfig } });
  };
  return {
    server,
    hello: async (line, options) => run(helloExecutable, line, options),
    changed: async (line) => run(changedExecutable, line),
  };
}

const document = ({ stdout }: EndedProgram): unknown => JSON.parse(stdout);

describe('--output json', () => {
  it('is a document of its schema, whatever the command', async () => {
    const { server, hello, changed } = await place();
    const deployed = await hello('--kubernetes --replicas 2');
    expect(deployed).toMatchObject({ status: 0 });
    expect(document(deployed)).toMatchObject({ replicas: 2, outcome: { kind: 'ready' }, namespace: 'mine' });

    const [runner] = server.objects.list('configmaps');
    const old = { name: 'hello-world-runner-000000000000', creationTimestamp: '2026-01-01T00:00:00Z' };
    server.objects.put('configmaps', { metadata: { ...old, labels: { ...runner?.metadata.labels } } });

    for (const [line, status, wanted] of [
      ['--kubernetes --replicas 2 --dry-run', 0, { kind: 'List' }],
      ['self status', 0, { ready: 2, store: { access: expect.any(String) } }],
      [
        'self verify',
        8,
        { result: 'not-proven', pods: [{ wanted: expect.any(String) }, { claim: expect.anything() }] },
      ],
      ['self cost --replicas 5', 0, { now: { replicas: 2 }, planned: { replicas: 5 } }],
      ['self doctor', 0, { stores: expect.any(Array) }],
      ['self rbac --nodes --service-account ci', 0, { kind: 'List' }],
      ['self diff --replicas 2', 0, { different: false }],
      ['self diff --replicas 3', 1, { different: true }],
      ['self scale 3', 0, { before: 2, replicas: 3, outcome: { kind: 'ready' } }],
      ['self scale 2 --no-wait', 0, { before: 3, replicas: 2 }],
      ['self licenses', 0, { packages: expect.any(Array) }],
      ['--version-hash', 0, { name: 'hello-world' }],
      ['self revoke --yes', 0, { revoked: false, renewed: [] }],
      ['self gc --yes', 0, { unused: [{ kind: 'ConfigMap' }], deleted: [{ kind: 'ConfigMap' }] }],
    ] as const) {
      const ended = await hello(line);
      expect({ line, ...ended }).toMatchObject({ status });
      expect({ line, document: document(ended) }).toMatchObject({ line, document: wanted });
    }

    expect(await changed('--kubernetes --replicas 2 --name hello-world --no-wait')).toMatchObject({ status: 0 });
    const history = document(await hello('self history')) as { revisions: { revision: number }[] };
    expect(history.revisions.map(({ revision }) => revision)).toEqual([2, 1]);
    expect(document(await hello('self rollback'))).toMatchObject({ revision: 1, outcome: { kind: 'ready' } });

    // Ctrl-C is how it ends.
    const lines = await hello('self logs', {
      signalWhen: ({ stdout }) => (stdout.includes('\n') ? 'SIGINT' : undefined),
    });
    expect(lines.status).toBe(0);
    expect(JSON.parse(lines.stdout.split('\n')[0] ?? '')).toMatchObject({ text: 'hello', pod: expect.any(String) });

    expect(document(await hello('self delete --yes'))).toMatchObject({ removed: expect.any(Array) });
    expect(server.pods()).toEqual([]);
  }, 120_000);

  it('is the same in YAML', async () => {
    const { hello } = await place();
    expect(load((await hello('--kubernetes --output yaml')).stdout)).toMatchObject({ outcome: { kind: 'ready' } });
    expect(load((await hello('self status --output yaml')).stdout)).toMatchObject({ ready: 1 });
    const refused = await hello('self status --name other --output yaml');
    expect(refused.status).toBe(3);
    expect(load(refused.stdout)).toMatchObject({ error: { code: 'no-such-deployment', exitStatus: 3 } });
  }, 60_000);
});

describe('a failure under --output json', () => {
  it.each([
    ['--kubernetes --replicas -1', 'bad-usage', 2],
    ['--kubernetes --frobnicate', 'bad-usage', 2],
    ['--kubernetes --local', 'bad-usage', 2],
    ['--replicas 3', 'bad-usage', 2],
    ['--kubernetes --name Hello_World', 'bad-name', 2],
    ['--version-hash --frobnicate', 'bad-usage', 2],
    ['--version-hash --target linux-s390x', 'bad-target', 2],
    ['self frobnicate', 'bad-usage', 2],
    ['self status --name', 'bad-usage', 2],
    ['self diff --frobnicate', 'bad-usage', 2],
    ['self delete', 'bad-usage', 2],
    ['self revoke', 'bad-usage', 2],
    ['self scale many', 'bad-usage', 2],
    ['self rollback new', 'bad-usage', 2],
    ['self logs --tail many', 'bad-usage', 2],
    ['self gc --min-age ever', 'bad-usage', 2],
    ['self cost --prices /no/such/file', 'bad-usage', 2],
    ['self status', 'no-such-deployment', 3],
    ['self logs', 'no-such-deployment', 3],
    ['self verify', 'no-such-deployment', 3],
    ['self history', 'no-such-deployment', 3],
    ['self cost', 'no-such-deployment', 3],
    ['self scale 3', 'no-such-deployment', 3],
    ['self rollback', 'no-such-deployment', 3],
    ['self delete --yes', 'no-such-deployment', 3],
    ['self status --kubeconfig /no/such/file', 'kubeconfig-unusable', 3],
    ['self status --context other', 'kubeconfig-unusable', 3],
  ])('%s is an error of one line', async (line, code, status) => {
    const { hello } = await place();
    const json = line.endsWith('--name') ? `${line.replace(' --name', '')} --output json --name` : line;
    const ended = await hello(json);
    expect(ended.stdout.trimEnd().split('\n')).toHaveLength(1);
    const { error } = document(ended) as { error: { message: string; hint: string } };
    expect(error).toMatchObject({ code, exitStatus: status, findings: [{ code, message: error.message }] });
    expect(ended).toMatchObject({ status, stderr: expect.stringContaining(error.message) });
  });

  it('names all that stands in the way', async () => {
    const { hello } = await place();
    const ended = await hello('--kubernetes --cpu-request 1000 --node-selector a=b');
    expect(ended.status).toBe(3);
    expect(document(ended)).toMatchObject({ error: { code: 'no-matching-node' } });
  });

  it('stands in the document of a rollout that failed, with what was seen of it', async () => {
    const { hello } = await place('crashing');
    const ended = await hello('--kubernetes --wait-timeout 60s');
    expect(ended.status).toBe(5);
    expect(document(ended)).toMatchObject({
      outcome: { kind: 'failed', diagnosis: { cause: 'crash' } },
      undone: { kind: 'nothing-before' },
      error: { code: 'rollout-failed', exitStatus: 5 },
    });
    expect(document(await hello('self scale 2 --wait-timeout 60s'))).toMatchObject({
      outcome: { kind: 'failed' },
      error: { code: 'rollout-failed', exitStatus: 5 },
    });
    const late = await hello('self scale 3 --wait-timeout 1s');
    expect(late).toMatchObject({ status: exitStatus['rollout-failed'] });
  }, 60_000);

  it('is one of the time, too', async () => {
    const { hello } = await place('running');
    const ended = await hello('--kubernetes --wait-timeout 1s');
    expect(ended.status).toBe(6);
    expect(document(ended)).toMatchObject({ outcome: { kind: 'timeout' }, error: { code: 'rollout-timeout' } });
  }, 60_000);

  it('says that a signal has ended it', async () => {
    const { hello } = await place('running');
    const ended = await hello('--kubernetes', {
      signalWhen: ({ stderr }) => (stderr.includes('Applied:') ? 'SIGTERM' : undefined),
    });
    expect(ended.status).toBe(143);
    expect(document(ended)).toMatchObject({ error: { code: 'ended', exitStatus: 143 } });
  }, 60_000);

  it('has the codes that there are', () => {
    const finding = (code: string) => ({ code, message: 'Cannot', hint: 'Do.' });
    for (const code of [...Object.keys(exitStatus), 'bug', 'ended']) {
      const error = { ...finding(code), exitStatus: 3, findings: [finding(code)] };
      expect(faultsIn({ error }, 'error')).toEqual([]);
    }
    const error = { ...finding('other'), exitStatus: 3, findings: [finding('other')] };
    expect(faultsIn({ error }, 'error')).not.toEqual([]);
  });
});

it('every schema is held against what the program says', () => {
  // Parts of others, and what needs a store beside: test/cli/commands/local.services.test.ts.
  const elsewhere = new Set(['common', 'rollout', 'local']);
  expect([...checked].sort()).toEqual(schemas.filter((name) => !elsewhere.has(name)).sort());
});

it('no schema takes what it does not name', () => {
  const where = { name: 'a', namespace: 'b', context: 'c', server: 'd' };
  const status = {
    ...where,
    release: '',
    versions: {},
    wanted: 1,
    ready: 0,
    requests: {},
    blobConfigMaps: [],
    blobSecrets: [],
    pods: [],
  };
  expect(faultsIn(status, 'status')).toEqual([]);
  expect(faultsIn({ ...status, colour: 'red' }, 'status')).not.toEqual([]);
});
