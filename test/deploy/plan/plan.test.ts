import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Application } from '../../../src/app/application.ts';
import { parseNamespace } from '../../../src/deploy/plan/kubernetes-name.ts';
import { parseDuration, planFrom, type PlanFlags } from '../../../src/deploy/plan/plan.ts';
import { resourcesOf } from '../../../src/platforms/kubernetes/manifest/container.ts';
import { DeployError } from '../../../src/shared/errors.ts';

// Whoever runs the cluster tests may have set it.
const { SELFSAME_RUNNER_IMAGE: image } = process.env;
beforeAll(() => {
  delete process.env['SELFSAME_RUNNER_IMAGE'];
});
afterAll(() => {
  if (image !== undefined) process.env['SELFSAME_RUNNER_IMAGE'] = image;
});

const anImage = `registry.example:5000/team/runner:1.2@sha256:${'a'.repeat(64)}`;

describe('planFrom()', () => {
  it('has a default for everything', () => {
    expect(planFrom(hello, {}, [])).toEqual({
      app: hello,
      name: 'hello',
      replicas: 1,
      keepsReplicas: true,
      args: [],
      port: 8080,
      env: {},
      secretEnv: {},
      resources: {},
      runnerImage: expect.stringMatching(/^node:\d+\.\d+\.\d+-slim$/),
      runner: 'stock',
      nodeSelector: {},
      tolerations: [],
      waits: true,
      rollsBack: true,
      waitTimeoutMs: 300_000,
      follows: false,
      removes: false,
    });
  });

  it('keeps that an application speaks TLS', () => {
    expect(planFrom({ ...hello, address: () => 'https://:8443' }, {}, []).scheme).toBe('https');
  });

  it.each([
    ['node', 'stock'],
    ['registry.example:5000/mirror/node:26', 'stock'],
    [`node@sha256:${'a'.repeat(64)}`, 'stock'],
    [`node:26.10.0-slim@sha256:${'a'.repeat(64)}`, 'stock'],
    ['selfsame-runner:0.1.0', 'thin'],
    ['node/runner:1', 'thin'],
    ['my-node:26', 'thin'],
  ])('takes %s for a %s image', (name, runner) => {
    expect(planFrom(hello, { 'runner-image': name }, [])).toMatchObject({ runnerImage: name, runner });
  });

  it('takes what the application asks for, and rather what the flags say', () => {
    const app: Application = {
      ...hello,
      env: { LEVEL: 'info', REGION: 'eu' },
      resources: { cpuRequest: '200m', cpuLimit: '1', memoryRequest: '64Mi', memoryLimit: '1Gi' },
    };
    expect(planFrom(app, {}, [])).toMatchObject({
      env: { LEVEL: 'info', REGION: 'eu' },
      resources: { cpuRequest: '200m', cpuLimit: '1', memoryRequest: '64Mi', memoryLimit: '1Gi' },
    });
    const flags: PlanFlags = {
      name: 'other',
      replicas: '10000',
      env: ['LEVEL=debug', 'EMPTY=', 'PAIR=a=b', 'LEVEL=trace'],
      target: 'linux-arm64',
      'cpu-request': '0.5',
      'cpu-limit': '2',
      'memory-request': '1.5Gi',
      'memory-limit': '2G',
      'runner-image': anImage,
      'image-pull-secret': 'registry.example',
      'service-account': 'web',
      'node-selector': ['disk=ssd', 'example.org/zone=a=b'],
      toleration: ['gpu'],
      wait: false,
      'wait-timeout': '90s',
      rm: true,
    };
    expect(planFrom(app, flags, ['--http', ':9'])).toEqual({
      app,
      name: 'other',
      replicas: 10_000,
      keepsReplicas: false,
      follows: true,
      removes: true,
      args: ['--http', ':9'],
      port: 9,
      env: { LEVEL: 'trace', REGION: 'eu', EMPTY: '', PAIR: 'a=b' },
      secretEnv: {},
      target: 'linux-arm64',
      resources: { cpuRequest: '0.5', cpuLimit: '2', memoryRequest: '1.5Gi', memoryLimit: '2G' },
      runnerImage: anImage,
      runner: 'thin',
      imagePullSecret: 'registry.example',
      serviceAccount: 'web',
      nodeSelector: { disk: 'ssd', 'example.org/zone': 'a=b' },
      tolerations: ['gpu'],
      waits: false,
      rollsBack: true,
      waitTimeoutMs: 90_000,
    });
  });

  it('has no port for a program that serves nothing', () => {
    expect(planFrom({ name: 'job', async run() {} }, {}, [])).not.toHaveProperty('port');
  });

  it('asks for no more than the limit that was given, and sets no limit below what was asked for', () => {
    const given = (flags: PlanFlags) => resourcesOf(planFrom(hello, flags, []).resources);
    expect(given({ 'memory-limit': '100Mi', 'cpu-limit': '50m' })).toEqual({
      requests: { cpu: '50m', memory: '100Mi' },
      limits: { cpu: '50m', memory: '100Mi' },
    });
    expect(given({ 'memory-request': '1Gi' })).toMatchObject({ limits: { memory: '1Gi' } });
    expect(given({ 'memory-request': '200M' })).toMatchObject({ limits: { memory: '256Mi' } });
  });

  const refused: [flags: PlanFlags, code: string, message: string][] = [
    ...['', '-1', '0', '1.5', 'abc', '10001', '99999', '1e3', ' 1', '0x2'].map((text): [PlanFlags, string, string] => [
      { replicas: text },
      'bad-usage',
      `Cannot run "${text}" replicas`,
    ]),
    ...['Hello', 'a_b', '-a', 'a-', '1a', 'a.b', 'x'.repeat(64)].map((text): [PlanFlags, string, string] => [
      { name: text },
      'bad-name',
      `Cannot use "${text}" as a name`,
    ]),
    ...['Foo bar', 'runner/Case', 'a:', 'a@sha256:0', ''].map((text): [PlanFlags, string, string] => [
      { 'runner-image': text },
      'bad-usage',
      `Cannot read --runner-image "${text}" as the name of an image`,
    ]),
    [{ 'service-account': 'Web' }, 'bad-name', 'Cannot use "Web" as a name'],
    [{ 'image-pull-secret': 'a..b' }, 'bad-name', 'Cannot use "a..b" as a name'],
    ...(['cpu-request', 'cpu-limit', 'memory-request', 'memory-limit'] as const).flatMap((flag) =>
      ['0', '0m', '0.0', '-1', 'much', '1 Gi', '1gi', '.5', '1Kb', flag.startsWith('cpu') ? '1Gi' : '256m'].map(
        (text): [PlanFlags, string, string] => [
          { [flag]: text },
          'bad-usage',
          `Cannot read --${flag} "${text}" as a quantity`,
        ],
      ),
    ),
    [{ env: ['A=1', 'B'] }, 'bad-usage', 'Cannot read --env "B"'],
    [{ env: ['A B=secret'] }, 'bad-usage', 'Cannot read --env "A B"'],
    [{ 'node-selector': ['disk'] }, 'bad-usage', 'Cannot read --node-selector "disk"'],
    ...['', '5', '0s', '-5m', '1.5m', '5 m', '5d', '501h', '9999999s'].map((text): [PlanFlags, string, string] => [
      { 'wait-timeout': text },
      'bad-usage',
      `Cannot read --wait-timeout "${text}" as a time`,
    ]),
    [{ target: 'darwin-arm64' }, 'bad-target', 'Cannot build for "darwin-arm64"'],
  ];
  it.each(refused)('refuses %j', (flags, code, message) => {
    const [flag = ''] = Object.keys(flags);
    const error = thrownBy(() => planFrom(hello, flags, []));
    expect(error).toMatchObject({ code, message });
    expect(error.hint).toContain(`--${flag} `);
  });

  it.each(['127.0.0.1:8080', 'localhost:8080', '[::1]:8080', ':0'])('refuses to serve replicas on %s', (http) => {
    expect(thrownBy(() => planFrom(hello, {}, ['--http', http]))).toMatchObject({
      code: 'bad-usage',
      message: `Cannot serve replicas on "${http}"`,
    });
  });

  it("refuses a wrong word of the application's own here, and not in a pod", () => {
    expect(thrownBy(() => planFrom(hello, {}, ['--htp', ':9'])).message).toBe('Unknown option "--htp"');
    expect(thrownBy(() => planFrom(hello, {}, ['--http', 'nonsense'])).message).toBe('Cannot serve on "nonsense"');
  });

  it('shows no value of a variable that it refuses', () => {});
});

describe('parseDuration()', () => {
  it.each([
    ['250ms', 250],
    ['90s', 90_000],
    ['5m', 300_000],
    ['500h', 1_800_000_000],
  ])('reads %s', (text, milliseconds) => {
    expect(parseDuration('--since', text)).toBe(milliseconds);
  });
});

describe('parseNamespace()', () => {
  it('takes a first digit, which a Service may not have', () => {
    expect(parseNamespace('1st-team')).toBe('1st-team');
    expect(thrownBy(() => parseNamespace('Team'))).toMatchObject({ code: 'bad-name' });
  });
});

const hello: Application = {
  name: 'hello',
  options: { http: { type: 'string', default: ':8080', describe: 'Address' } },
  address: ({ http }) => String(http),
  async run() {},
};

function thrownBy(call: () => unknown): DeployError {
  try {
    call();
  } catch (error) {
    if (error instanceof DeployError) return error;
    throw error;
  }
  throw new Error('It was not refused');
}
