import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { flagTable } from '../../../src/shared/flags.ts';
import { helloExecutable } from '../../support/programs/executables.ts';
import { runProgram, type EndedProgram } from '../../support/programs/program.ts';

const source = join(import.meta.dirname, '../../../src/hello-world.ts');

/** A user without a store and a cluster, whose language is not ours. */
const nobody = {
  ...Object.fromEntries(
    Object.keys(process.env)
      .filter((name) => /^(AZURE|SELFSAME|KUBE)/.test(name))
      .map((name) => [name, undefined]),
  ),
  LANG: 'de_DE.UTF-8',
  LC_ALL: 'de_DE.UTF-8',
};

const hello = async (line: string, env: Readonly<Record<string, string>> = {}): Promise<EndedProgram> =>
  runProgram(helloExecutable, line.split(' '), { env: { ...nobody, ...env } });

describe('--help', () => {
  it("shows the application's flags and selfsame's, apart", async () => {
    const { status, stdout, stderr } = await hello('--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const [head = '', theirs = '', ours = ''] = stdout.split(/^Options .*:$/m);
    expect(head).toContain('Says hello over HTTP');
    expect(head).toContain('self COMMAND');
    expect(theirs).toContain('--greeting');
    for (const name of Object.keys(flagTable)) {
      expect(ours).toContain(`--${name} `);
      expect(theirs).not.toContain(`--${name} `);
    }
    expect(await hello('-h')).toEqual({ status, stdout, stderr });
    expect(await hello('--kubernetes --replicas 3 --help')).toEqual({ status, stdout, stderr });
  });

  it('is there for self and its commands', async () => {
    const { status, stdout } = await hello('self --help');
    expect(status).toBe(0);
    const commands = [...stdout.matchAll(/ self ([a-z]+)(?: [[<]\w+[\]>])? {2,}/g)].map(([, name = '']) => name);
    expect(commands).toEqual(
      expect.arrayContaining(['status', 'logs', 'verify', 'history', 'rollback', 'scale', 'diff', 'delete', 'rebuild']),
    );
    for (const command of ['status', 'rebuild']) {
      const help = await hello(`self ${command} --help`);
      expect(help).toMatchObject({ status: 0, stderr: '' });
      expect(help.stdout).toContain(`self ${command}`);
    }
  });

  it('fits 80 columns, and ends with examples, for every command', async () => {
    const { stdout } = await hello('self --help');
    const commands = [...stdout.matchAll(/ self ([a-z]+)(?: [[<]\w+[\]>])? {2,}/g)].map(
      ([, name = '']) => `self ${name} --help`,
    );
    for (const line of ['--help', 'self --help', ...new Set(commands)]) {
      const help = await hello(line);
      const [, examples = ''] = help.stdout.split('Examples:\n');
      expect({ line, examples }).toEqual({ line, examples: expect.stringMatching(/^ {2}hello-world .* {2,}\S/) });
      expect(help.stdout.split('\n').filter(({ length }) => length > 80)).toEqual([]);
    }
  }, 30_000);

  it('answers self without a command with the commands, as a wrong use: status 2, nothing on stdout', async () => {
    const { status, stdout, stderr } = await hello('self');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('self status');
  });
});

describe('a wrong command line', () => {
  it.each([
    ['--frobnicate', 'Unknown option "--frobnicate"'],
    ['--http', 'Option "--http <value>" argument missing'],
    ['--replicas 2', '--replicas says how to deploy, but not where'],
    ['--kubernetes --local', 'Cannot run both here and on a cluster'],
    ['--kubernetes --rm --no-wait', '--rm stays until Ctrl-C, --no-wait does not stay'],
    ['--kubernetes --replicas -1', 'Cannot run "-1" replicas'],
    ['--kubernetes --name Hello_World', 'Cannot use "Hello_World" as a name'],
    ['--kubernetes --http 127.0.0.1:80', 'Cannot serve replicas on "127.0.0.1:80"'],
    ['--kubernetes --store-url https://store.test', 'No store is configured'],
    [
      '--kubernetes --store cluster --store-url https://store.test',
      'Cannot read the cluster as a store from --store-url',
    ],
    [
      '--kubernetes --runner-image store.test/runner:1',
      'The runner image store.test/runner:1 cannot read the cluster as a store, and no other store is configured',
    ],
    ['--local --store cluster', 'Cannot keep executables in a cluster without a cluster'],
    ['--local --dry-run', 'Cannot use --dry-run together with --local'],
    ['self frobnicate', 'Unknown argument: frobnicate'],
    ['self status --name', 'Not enough arguments following: name'],
    ['self status --output xml', 'Invalid values: Argument: output, Given: "xml", Choices: "text", "json", "yaml"'],
    ['self status --name a --name b', '--name was given twice'],
    ['self rebuild --target linux-x64 -o a -o b', '--output was given twice'],
    ['self logs --tail many', 'Cannot begin with "many" lines'],
    ['self rebuild', 'Missing required arguments: target, output'],
    ['self rollback new', 'Cannot read "new" as the start of a release'],
    ['self rollback --to 0', 'Cannot read --to "0" as a revision'],
    ['self rollback abc --to 3', 'Cannot go back both to a release and to a revision'],
    ['self scale many', 'Cannot run "many" replicas'],
    ['self diff --frobnicate', 'Unknown option "--frobnicate"'],
    ['self gc --keep 3', 'Cannot keep releases of a store that is not looked at'],
    ['self gc --store-objects', 'Cannot look at the objects of a store: none but the cluster is configured'],
    ['self gc --store-objects --store file:///none --keep few', 'Cannot read --keep "few" as a number'],
    ['self gc --store-objects --store file:///none --min-age 1h', 'Cannot delete objects of a store that are so young'],
    ['self delete', 'Cannot ask whether to delete: this is no terminal'],
  ])('%s is answered in one line: status 2, nothing on stdout', async (line, message) => {
    const ended = await hello(line);
    expect(ended).toMatchObject({ status: 2, stdout: '' });
    expect(ended.stderr).toMatch(/^error: .*\. \S.*\.\n$/);
    expect(ended.stderr.slice('error: '.length)).toContain(message);
  });

  it.each([
    ['--gretting Ahoy', 'Did you mean --greeting?'],
    ['--replcas 3', 'Did you mean --replicas?'],
    ['--kubernetes --replcas 3', 'Did you mean --replicas?'],
    ['self statsu', 'Did you mean status?'],
    ['self status --namspace shop', 'Did you mean --namespace?'],
    ['self scale 3 --no-wiat', 'Did you mean --no-wait?'],
    ['self diff --replcas 3', 'Did you mean --replicas?'],
  ])('%s is asked back: %s', async (line, question) => {
    const ended = await hello(line);
    expect(ended).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining(` ${question} Run `) });
  });

  it.each(['--kubernetes', '--version-hash', 'self rebuild --target linux-x64 -o x'])(
    'node src/hello-world.ts %s says how to build an executable',
    async (line) => {
      const ended = await runProgram(process.execPath, [source, ...line.split(' ')], { env: nobody });
      expect(ended).toEqual({
        status: 2,
        stdout: '',
        stderr:
          'error: Cannot do that as a script: this program is no executable yet. Build it first: npx selfsame build.\n',
      });
    },
  );

  it('names the command as it is typed where the program is a script', async () => {
    const { stdout } = await runProgram(process.execPath, [source, '--help'], { env: nobody });
    expect(stdout).toMatch(/^node \S*src\/hello-world\.ts \[options\]\n/);
  });
});

describe('a world that is not there', () => {
  let folder: string;
  let port: number;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'selfsame-test-'));
    port = await closedPort();
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'gone', cluster: { server: `http://127.0.0.1:${port}` } }],
      users: [{ name: 'me', user: { token: 'top-secret' } }],
      contexts: [{ name: 'gone', context: { cluster: 'gone', user: 'me' } }],
      'current-context': 'gone',
    };
    await writeFile(join(folder, 'kubeconfig'), JSON.stringify(config));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const key = Buffer.from('not a key, but a secret').toString('base64');
  const store = () => ({
    AZURE_STORAGE_CONNECTION_STRING: `DefaultEndpointsProtocol=http;AccountName=me;AccountKey=${key};BlobEndpoint=http://127.0.0.1:${port}/me;`,
  });

  const noStore = /^error: Cannot reach http:\/\/127\.0\.0\.1:\d+\/me\/selfsame: connection refused/;

  it.each<[line: string, ...causes: RegExp[]]>([
    ['--kubernetes', /^error: Cannot reach the cluster at http:\/\/127\.0\.0\.1:\d+: connection refused/, noStore],
    ['self delete --yes', /^error: Cannot reach the cluster at/],
    ['--local', noStore],
    ['--kubernetes --context other', /^error: .*other/, noStore],
  ])('%s is refused in a line for each cause: status 3, nothing on stdout, no secret', async (line, ...causes) => {
    const ended = await hello(line, { ...store(), KUBECONFIG: join(folder, 'kubeconfig') });
    const lines = ended.stderr
      .trimEnd()
      .split('\n')
      .filter((said) => !said.startsWith('✓'));
    expect({ ...ended, stderr: lines }).toEqual({
      status: 3,
      stdout: '',
      stderr: causes.map((cause) => expect.stringMatching(cause)),
    });
    expect(ended.stderr).not.toContain(key);
    expect(ended.stderr).not.toContain('top-secret');
  });
});

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
