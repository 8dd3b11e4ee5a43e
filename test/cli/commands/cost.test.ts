import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { managedBy } from '../../../src/platforms/kubernetes/manifest/labels.ts';
import { helloExecutable } from '../../support/programs/executables.ts';
import { apiServer, json, refuseCall, type ApiServer } from '../../support/kubernetes/api-server.ts';
import { runProgram, type EndedProgram } from '../../support/programs/program.ts';

let server: ApiServer;
afterEach(async () => server.close());

interface There {
  readonly runs: boolean;
  readonly autoscaled?: boolean;
  readonly env?: Record<string, string>;
}

/** Asks on a cluster where three replicas run, or none. */
async function cost(words: readonly string[], there: There): Promise<EndedProgram> {
  return asked(['self', 'cost', ...words], there);
}

async function asked(words: readonly string[], { runs, autoscaled = false, env = {} }: There): Promise<EndedProgram> {
  const resources = { requests: { cpu: '100m', memory: '128Mi' } };
  const deployment = {
    metadata: { labels: { 'app.kubernetes.io/managed-by': managedBy } },
    spec: { replicas: 3, template: { spec: { containers: [{ name: 'app', resources }] } } },
  };
  server = await apiServer((request, response) => {
    if (autoscaled && request.url?.includes('/horizontalpodautoscalers')) json(response, 200, { items: [autoscaler] });
    // What a deploy would make: a single object is no list.
    else if (request.method === 'GET' && /\/(services|configmaps)\//.test(request.url ?? '')) notFound(response);
    else if (!request.url?.includes('/deployments/')) json(response, 200, { items: [] });
    else if (runs) json(response, 200, deployment);
    else notFound(response);
  });
  return runProgram(helloExecutable, [...words, '--kubeconfig', await server.kubeconfig()], { env });
}

function notFound(response: ServerResponse): void {
  refuseCall(response, 404, { reason: 'NotFound', message: 'not found' });
}

const autoscaler = {
  metadata: { name: 'busy' },
  spec: { scaleTargetRef: { kind: 'Deployment', name: 'hello-world' }, minReplicas: 2, maxReplicas: 6 },
};

it('says what runs now, what others would cost, and the difference', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-'));
  const file = join(folder, 'prices.yaml');
  await writeFile(file, 'cpuHour: 1\nmemoryGibHour: 2\ncurrency: EUR\n');
  const { status, stdout, stderr } = await cost(['--replicas', '5', '--prices', file], { runs: true });
  await rm(folder, { recursive: true });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const rows = stdout.split('\n').map((line) => line.split(/ {2,}/).map((cell) => cell.trim()));
  expect(rows.slice(1, 4)).toEqual([
    ['now', '3', '100m', '128Mi', '€1.05', '€766.50', ''],
    ['planned', '5', '100m', '128Mi', '€1.75', '€1,277.50', ''],
    ['difference', '€0.70', '€511.00', ''],
  ]);
});

it('says what the limits of an autoscaler cost', async () => {
  const { status, stdout } = await cost([], { runs: true, autoscaled: true });
  expect(status).toBe(0);
  const rows = stdout.split('\n').map((line) => line.split(/ {2,}/).slice(0, 2));
  expect(rows.slice(1, 4)).toEqual([
    ['now', '3'],
    ['autoscaler least', '2'],
    ['autoscaler most', '6'],
  ]);
});

describe('a deploy', () => {
  it('says what it will cost before it changes anything, of the Deployment that it reads anyway', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'selfsame-'));
    const file = join(folder, 'prices.yaml');
    await writeFile(file, 'cpuHour: 1\nmemoryGibHour: 0\n');
    const words = ['--kubernetes', '--store', 'cluster', '--replicas', '5'];
    const ended = await asked(words, { runs: true, env: { SELFSAME_PRICES: file } });
    expect(ended.stderr).toContain(
      `✓ Costs about $365.00 a month, $146.00 more than now ($0.50 an hour: 5 × 100m CPU and 128Mi memory, at ${file}) `,
    );
    expect(server.requests.filter((request) => request.startsWith('PATCH') && !request.includes('dryRun'))).toEqual([]);
    await server.close();
    await writeFile(file, 'cpuHour: 2\nmemoryGibHour: 0\n');
    const flagged = await asked([...words, '--prices', file], { runs: false, env: { SELFSAME_PRICES: 'missing' } });
    expect(flagged.stderr).toContain('✓ Costs about $730.00 a month ($1.00 an hour');
    await rm(folder, { recursive: true });
  });

  it('refuses prices that it cannot read before it asks anything', async () => {
    const words = ['--kubernetes', '--store', 'cluster'];
    const missing = await asked([...words, '--prices', 'missing.yaml'], { runs: true });
    expect(missing).toMatchObject({
      status: 2,
      stderr:
        'error: Cannot read the prices in missing.yaml: there is no such file. Pass --prices with a YAML or JSON file of cpuHour and memoryGibHour.\n',
    });
    await server.close();
    const unset = await asked(words, { runs: true, env: { SELFSAME_PRICES: '/' } });
    expect(unset).toMatchObject({ status: 2, stderr: expect.stringContaining('Set SELFSAME_PRICES to a YAML') });
    expect(server.requests).toEqual([]);
  });
});

it('is data with --output json', async () => {
  const { status, stdout } = await cost(['--output', 'json'], { runs: true });
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ name: 'hello-world', now: { replicas: 3 }, prices: { currency: 'USD' } });
});

it('knows the price of what is not deployed, but not of nothing', async () => {
  const planned = await cost(['--replicas', '2'], { runs: false });
  expect(planned).toMatchObject({ status: 0, stderr: '' });
  expect(planned.stdout).toContain('planned');
  await server.close();
  expect(await cost([], { runs: false })).toMatchObject({ status: 3, stdout: '' });
});
