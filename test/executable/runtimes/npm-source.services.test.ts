import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import npmConf from '@pnpm/npm-conf';
import { runtimes } from '../../../src/executable/runtimes/runtimes-table.ts';
import {
  builtFixture,
  cleanUp,
  here,
  installedRuntime,
  needCommand,
  runFixture,
  temporaryFolder,
  type FixtureRun,
} from '../../support/programs/executable-fixture.ts';
import {
  makeCertificate,
  packArchives,
  startProxy,
  startNpmRegistry,
  type Archives,
} from '../../support/executable/registry-server.ts';

// Each test runs an executable in a project of its own: .npmrc and the environment are read there as a user's are.
const whole = { status: 0, answer: { digest: runtimes[here].prefix.digest, warnings: [] }, stderr: '' };
let archives: Archives;
let certificate: { key: string; cert: string };
let tls: { key: Buffer; cert: Buffer };
let project: string;

beforeAll(async () => {
  needCommand('openssl', 'openssl');
  const folder = await temporaryFolder();
  archives = await packArchives(folder);
  certificate = makeCertificate(folder);
  tls = { key: await readFile(certificate.key), cert: await readFile(certificate.cert) };
  await builtFixture();
}, 120_000);
beforeEach(async () => {
  project = await temporaryFolder();
  await writeFile(join(project, 'package.json'), '{}');
});
afterEach(() => rm(project, { recursive: true }));
afterAll(cleanUp);

describe('npm registry', () => {
  it('is asked with the token of .npmrc, and replaces the public one in its metadata', async () => {
    const tarballs = npmConf.defaults.registry;
    await using registry = await startNpmRegistry({ archives, authorization: 'Bearer very-secret', tarballs });
    const lines = [`registry=${registry.url}/npm`, `${registry.url.slice(5)}/npm/:_authToken=\${TEST_TOKEN}`];
    expect(await fetchPrefix(lines, { TEST_TOKEN: 'very-secret' })).toEqual(whole);
    const { name, version } = runtimes[here].package;
    expect(registry.asked.map(({ url }) => url)).toEqual([`/npm/${name}`, `/npm/${name}/-/${name}-${version}.tgz`]);
  });

  it('is asked with a name and password, too', async () => {
    const authorization = `Basic ${btoa('me:very-secret')}`;
    await using registry = await startNpmRegistry({ archives, authorization });
    const at = `${registry.url.slice(5)}/npm/`;
    const lines = [`registry=${registry.url}/npm/`, `${at}:username=me`, `${at}:_password=${btoa('very-secret')}`];
    expect(await fetchPrefix(lines)).toEqual(whole);
  });

  it('keeps its token from other hosts', async () => {
    await using other = await startNpmRegistry({ archives });
    await using registry = await startNpmRegistry({ archives, tarballs: `${other.url}/elsewhere/` });
    const lines = [`registry=${registry.url}/npm/`, `${registry.url.slice(5)}/npm/:_authToken=very-secret`];
    expect(await fetchPrefix(lines)).toEqual(whole);
    expect(registry.asked.map(({ authorization }) => authorization)).toEqual(['Bearer very-secret']);
    expect(other.asked.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  it('says what to do where a token is missing, and not what it is where it is wrong', async () => {
    await using registry = await startNpmRegistry({ archives, authorization: 'Bearer right' });
    const lines = [`registry=${registry.url}/npm/`, `${registry.url.slice(5)}/npm/:_authToken=very-secret`];
    for (const given of [lines, lines.slice(0, 1)]) {
      const { status, answer, stderr } = await fetchPrefix(given);
      expect(status).toBe(3);
      expect(answer).toMatchObject({ code: 'runtime-unavailable', hint: expect.stringContaining('npm login') });
      expect(JSON.stringify(answer) + stderr).not.toContain('very-secret');
    }
  });

  it('is found in npm_config_registry before .npmrc', async () => {
    await using registry = await startNpmRegistry({ archives });
    const environment = { npm_config_registry: `${registry.url}/npm/` };
    expect(await fetchPrefix(['registry=http://127.0.0.1:1/'], environment)).toEqual(whole);
  });

  it('warns of a .npmrc that names a variable which is not set', async () => {
    await using registry = await startNpmRegistry({ archives });
    const lines = [`registry=http://127.0.0.1:1/`, `//other.example/:_authToken=\${NO_SUCH_VARIABLE}`];
    const answered = await fetchPrefix(lines, { npm_config_registry: `${registry.url}/npm/` });
    expect(answered).toMatchObject({
      status: 0,
      answer: { warnings: [expect.stringMatching(/\.npmrc".*\$\{NO_SUCH_VARIABLE\}/)] },
    });
  });

  it.each(['registry=nonsense', 'proxy=127.0.0.1:8080'])('refuses the setting %s', async (line) => {
    const [key] = line.split('=');
    expect(await fetchPrefix([line])).toMatchObject({
      status: 3,
      answer: {
        code: 'bad-usage',
        message: `Cannot use npm's setting "${key}": it is not the address of a server`,
        hint: expect.stringMatching(/^Correct it in .npmrc: it starts with http:\/\/ or https:\/\/\. /),
      },
    });
  });

  it('names version, package and registry if it does not have them', async () => {
    await using registry = await startNpmRegistry({ archives });
    const { name } = runtimes[here].package;
    expect((await fetchPrefix([`registry=${registry.url}/none/`])).answer).toMatchObject({
      code: 'runtime-unavailable',
      message: expect.stringContaining(
        `the npm registry ${registry.url}/none/: ${registry.url}/none/${name} answered 404`,
      ),
    });
  });
});

describe('TLS', () => {
  it('refuses an authority that nobody named', async () => {
    await using registry = await startNpmRegistry({ archives, tls });
    const { status, answer } = await fetchPrefix([`registry=${registry.url}/npm/`]);
    expect(status).toBe(3);
    expect(answer).toMatchObject({
      code: 'runtime-unavailable',
      message: expect.stringContaining('its certificate is signed by'),
    });
    expect(registry.asked).toEqual([]);
  });

  it('trusts the cafile of .npmrc, also through the proxy that it names', async () => {
    await using registry = await startNpmRegistry({ archives, tls });
    await using proxy = await startProxy();
    const lines = [`registry=${registry.url}/npm/`, `cafile=${certificate.cert}`, `https-proxy=${proxy.url}`];
    expect(await fetchPrefix(lines)).toEqual(whole);
    expect(new Set(proxy.asked.map(({ url }) => url))).toEqual(new Set([new URL(registry.url).host]));
  });

  it('trusts NODE_EXTRA_CA_CERTS, also through HTTPS_PROXY with a name and password', async () => {
    await using registry = await startNpmRegistry({ archives, tls });
    await using proxy = await startProxy();
    const environment = {
      NODE_EXTRA_CA_CERTS: certificate.cert,
      HTTPS_PROXY: proxy.url.replace('//', '//me:very-secret@'),
    };
    expect(await fetchPrefix([`registry=${registry.url}/npm/`], environment)).toEqual(whole);
    expect(proxy.asked[0]).toEqual({
      url: new URL(registry.url).host,
      authorization: `Basic ${btoa('me:very-secret')}`,
    });
  });

  it('is not checked with strict-ssl=false; NO_PROXY is heeded', async () => {
    await using registry = await startNpmRegistry({ archives, tls });
    const environment = { HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: '127.0.0.1' };
    expect(await fetchPrefix([`registry=${registry.url}/npm/`, 'strict-ssl=false'], environment)).toEqual(whole);
  });
});

describe('SELFSAME_RUNTIME_SOURCE', () => {
  it('is used instead of the registry', async () => {
    const lines = ['registry=http://127.0.0.1:1/'];
    expect(await fetchPrefix(lines, { SELFSAME_RUNTIME_SOURCE: installedRuntime })).toEqual(whole);
  });
});

describe('without a network', () => {
  it('names what was tried and the way out', async () => {
    const closed = await startProxy();
    await closed[Symbol.asyncDispose]();
    const answered = await fetchPrefix([`registry=${closed.url}/npm/`]);
    const cache = join(project, 'cache/selfsame/runtimes');
    const what = `Node.js ${runtimes[here].package.version} for ${here}`;
    expect(answered).toMatchObject({
      status: 3,
      answer: {
        code: 'runtime-unavailable',
        message: `Cannot get ${what}: not in the cache "${cache}", and the npm registry ${closed.url}/npm/: nothing listens there`,
        hint: 'Pass --runtime-source with a mirror of nodejs.org/dist, a folder laid out like one, or a Node.js binary.',
      },
    });
    expect(await readdir(cache)).toEqual([]);
  });

  it('is content with what is in the cache', async () => {
    await using registry = await startNpmRegistry({ archives });
    expect(await fetchPrefix([`registry=${registry.url}/npm/`])).toEqual(whole);
    expect(await fetchPrefix(['registry=http://127.0.0.1:1/npm/'])).toEqual(whole);
  });
});

/** Runs the executable with such a .npmrc, nothing of ours in the environment and a cache of its own. */
async function fetchPrefix(npmrc: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<FixtureRun> {
  await writeFile(join(project, '.npmrc'), npmrc.join('\n'));
  const foreign = /^(npm_|(https?|no)_proxy$|NODE_EXTRA_CA_CERTS$|SSL_|SELFSAME_)/i;
  const names = Object.keys(process.env).filter((name) => foreign.test(name));
  const cleared = Object.fromEntries(names.map((name) => [name, undefined]));
  const env = { ...cleared, HOME: project, XDG_CACHE_HOME: join(project, 'cache'), ...environment };
  return runFixture((await builtFixture()).path, ['prefix', here], { env, cwd: project });
}
