import { afterEach, expect, it } from '@jest/globals';
import type { StoreState } from '../../../src/deploy/preflight/doctor.ts';
import { helloExecutable } from '../../support/programs/executables.ts';
import { apiServer, json, type ApiServer } from '../../support/kubernetes/api-server.ts';
import { runProgram, type EndedProgram } from '../../support/programs/program.ts';

let server: ApiServer;
afterEach(async () => server.close());

/** Nothing is configured but what is given. */
const nobody = Object.fromEntries(
  Object.keys(process.env)
    .filter((name) => /^(AZURE|AWS|SELFSAME|KUBE)/.test(name))
    .map((name) => [name, undefined]),
);

/** Asks where ConfigMaps may be written, or not. */
async function doctor(words: readonly string[], { allowed }: { allowed: boolean }): Promise<EndedProgram> {
  const nodes = ['arm64', 'amd64', 'amd64'].map((arch, index) => ({
    metadata: { name: `node-${index}`, labels: { 'kubernetes.io/arch': arch } },
  }));
  server = await apiServer(({ url = '' }, response) => {
    const rule = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
    const rules = { resourceRules: allowed ? [rule] : [], incomplete: false };
    if (url.endsWith('/selfsubjectrulesreviews')) json(response, 201, { status: rules });
    else json(response, 200, { metadata: {}, items: url.startsWith('/api/v1/nodes') ? nodes : [] });
  });
  const all = ['self', 'doctor', '--kubeconfig', await server.kubeconfig(), ...words];
  return runProgram(helloExecutable, all, { env: nobody });
}

const statesIn = ({ stdout }: EndedProgram): Record<string, string> => {
  const { stores } = JSON.parse(stdout) as { stores: StoreState[] };
  return Object.fromEntries(
    stores.map(({ kind, state, isChosen }) => [kind, isChosen ? `${state}, chosen` : state] as const),
  );
};

it('takes the cluster where nothing else is configured, and says what the others would need', async () => {
  const { status, stdout, stderr } = await doctor([], { allowed: true });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^Kubernetes v1\.34\.0 at http:\S+ \(context test, namespace mine\), amd64 and arm64 nodes\n/);
  expect(stdout).toMatch(/^cluster +works, chosen *$/m);
  expect(stdout).toMatch(/^A deploy takes cluster: the default, since no other store is configured$/m);
  expect(stdout).toMatch(/^azure +not configured +Pass --store azure:.*AZURE_STORAGE_KEY/m);
  expect(stdout).toMatch(/^s3 +not configured +Pass --store s3:.*AWS_ACCESS_KEY_ID/m);
  expect(stdout).toMatch(/^file +not configured +Pass --store file:.*--store-url/m);
});

it('says why the store that would be taken cannot be: exit status 1', async () => {
  const denied = await doctor(['--output', 'json'], { allowed: false });
  expect(denied.status).toBe(1);
  expect(statesIn(denied)).toEqual({
    cluster: 'refused, chosen',
    azure: 'not configured',
    s3: 'not configured',
    file: 'not configured',
  });
  expect(denied.stdout).toContain('self rbac');
});

it('asks the one that is named, and the cluster beside it', async () => {
  const words = ['--store', 'file:///no/such/folder', '--store-url', 'https://files.test', '--output', 'json'];
  const named = await doctor(words, { allowed: true });
  expect(named.status).toBe(1);
  expect(statesIn(named)).toMatchObject({ cluster: 'works', file: 'refused, chosen' });
});
