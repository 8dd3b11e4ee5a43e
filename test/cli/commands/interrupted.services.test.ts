import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it } from '@jest/globals';
import { azuriteProcess } from '../../support/stores/azurite.ts';
import { helloExecutable } from '../../support/programs/executables.ts';
import { apiServer, json, refuseCall } from '../../support/kubernetes/api-server.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const everythingAllowed = {
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
  nonResourceRules: [],
  incomplete: false,
};

it('says after Ctrl-C while objects are applied that some may be there', async () => {
  let child: ChildProcess | undefined;
  const server = await apiServer((request, response) => {
    const path = request.url ?? '';
    const node = { metadata: { name: 'one', labels: { 'kubernetes.io/arch': 'amd64' } } };
    if (path.startsWith('/api/v1/nodes')) json(response, 200, { items: [node] });
    else if (path.includes('/resourcequotas')) json(response, 200, { items: [] });
    else if (request.method === 'GET') refuseCall(response, 404, { reason: 'NotFound', message: 'not found' });
    else if (path.includes('dryRun=All')) json(response, 200, { metadata: {} });
    else if (path.endsWith('/selfsubjectrulesreviews')) json(response, 201, { status: everythingAllowed });
    else if (path.endsWith('/selfsubjectreviews')) json(response, 200, { status: { userInfo: { username: 'me' } } });
    // The first object that counts: the API server takes its time, and the user does not.
    else child?.kill('SIGINT');
  });
  closing.push(async () => server.close());
  const store = await azuriteProcess();
  closing.push(async () => store.stop());
  const kubeconfig = await server.kubeconfig();
  child = spawn(helloExecutable, ['--kubernetes', '--kubeconfig', kubeconfig, '--target', 'linux-x64'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, AZURE_STORAGE_CONNECTION_STRING: store.connectionString },
  });
  const [said, [status]] = await Promise.all([child.stderr ? text(child.stderr) : '', once(child, 'exit')]);
  expect(status).toBe(130);
  expect(said).toContain('Stopped while applying: some objects may be there.');
  expect(said).toContain('self delete');
  expect(said).not.toContain('nothing on the cluster was changed');
}, 60_000);
