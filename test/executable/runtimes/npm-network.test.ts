import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { downloadJson } from '../../../src/executable/runtimes/download.ts';
import { networkFromNpm } from '../../../src/executable/runtimes/npm-network.ts';
import { packageInRegistry } from '../../../src/executable/runtimes/sources.ts';
import { cleanUp, temporaryFolder } from '../../support/programs/executable-fixture.ts';

const before = { ...process.env };
const startedIn = process.cwd();
let project: string;
let userConfig: string;

beforeEach(async () => {
  project = await temporaryFolder();
  userConfig = join(project, 'home', '.npmrc');
  await mkdir(join(project, 'home'));
  await writeFile(join(project, 'package.json'), '{}');
  for (const name of Object.keys(process.env)) if (/^npm_|_proxy$/i.test(name)) delete process.env[name];
  process.env['npm_config_userconfig'] = userConfig;
  process.env['SUITE_KEY'] = 'hidden';
  process.chdir(project);
});
afterEach(() => {
  process.chdir(startedIn);
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  Object.assign(process.env, before);
});
afterAll(cleanUp);

describe('networkFromNpm()', () => {
  it("obeys the user's settings, and not those of the folder it is started in", async () => {
    await writeFile(userConfig, '//mine.example/:_authToken=${SUITE_KEY}');
    await writeFile(join(project, '.npmrc'), 'registry=https://theirs.example/${SUITE_KEY}/\n_auth=theirs\nca=theirs');
    const network = networkFromNpm();
    expect(network.registryOf('node')).toBe(network.publicRegistry);
    expect(network.authorizationFor('https://mine.example/node')).toBe('Bearer hidden');
    expect(network.authorizationFor(`${network.publicRegistry}node`)).toBeUndefined();
  });

  it("obeys a project's settings in that project, but sends no variable to a server of its choice", async () => {
    await writeFile(
      join(project, '.npmrc'),
      'registry=https://theirs.example/npm\n//theirs.example/npm/:_authToken=${SUITE_KEY}',
    );
    const network = networkFromNpm({ inProject: true });
    expect(network.registryOf('node')).toBe('https://theirs.example/npm/');
    expect(network.authorizationFor('https://theirs.example/npm/node')).toBe('Bearer hidden');
    for (const key of ['registry', '@scope:registry', 'https-proxy']) {
      await writeFile(join(project, '.npmrc'), `${key}=https://theirs.example/\${SUITE_KEY}/`);
      const read = () => networkFromNpm({ inProject: true });
      expect(read).toThrow(
        expect.objectContaining({ code: 'bad-usage', message: expect.stringContaining(`"${key}"`) }),
      );
      expect(read).not.toThrow(/hidden/);
    }
  });

  it('takes name and password out of the address of a registry, and gives them to it alone', async () => {
    await writeFile(
      userConfig,
      'registry=https://me:hid%23den@mine.example/npm\n@own:registry=https://you:too@own.example',
    );
    const network = networkFromNpm();
    expect(network.registryOf('node')).toBe('https://mine.example/npm/');
    expect(network.registryOf('@own/node')).toBe('https://own.example/');
    expect(network.authorizationFor('https://mine.example/npm/node')).toBe(`Basic ${btoa('me:hid#den')}`);
    expect(network.authorizationFor('https://own.example/x')).toBe(`Basic ${btoa('you:too')}`);
    for (const other of ['http://mine.example/npm/node', 'https://mine.example:444/', 'https://mine.example.evil/']) {
      expect(network.authorizationFor(other)).toBeUndefined();
    }
  });

  it('gives what is for no host by name to the registry alone', async () => {
    await writeFile(userConfig, `registry=https://mine.example/\n_auth=${btoa('me:hidden')}\n_authToken=hidden`);
    const network = networkFromNpm();
    expect(network.authorizationFor('https://mine.example/node')).toBe(`Basic ${btoa('me:hidden')}`);
    expect(network.authorizationFor('https://tarballs.example/node')).toBeUndefined();
  });

  it.each(['registry', 'proxy', 'https-proxy'])(
    'names %s where it cannot be read, and does not quote it',
    async (key) => {
      for (const address of ['http://me:hid#den@host', 'https://me:hid/den@host', 'https://me:12/hidden@host']) {
        await writeFile(userConfig, `${key}="${address}"`);
        expect(() => networkFromNpm()).toThrow(
          expect.objectContaining({ code: 'bad-usage', message: expect.stringContaining(`"${key}"`) }),
        );
        expect(() => networkFromNpm()).not.toThrow(/hid/);
      }
    },
  );

  it('does not quote a line that npm cannot read', async () => {
    await writeFile(userConfig, '//mine.example/:_authToken="hid"den"');
    expect(networkFromNpm().warnings).toEqual([`Issue while reading "${userConfig}": a value in it cannot be read`]);
  });
});

describe('downloadJson()', () => {
  it('leaves credentials behind where another server is pointed to', async () => {
    const asked: (string | undefined)[] = [];
    const servers = ['{}', ''].map((answer) => {
      const server = createServer((request, response) => {
        asked.push(request.headers.authorization);
        response.writeHead(answer === '' ? 302 : 200, { location: `http://127.0.0.1:${portOf(0)}/` }).end(answer);
      });
      return server.listen(0, '127.0.0.1');
    });
    const portOf = (index: number): number => ((servers[index] as Server).address() as AddressInfo).port;
    await Promise.all(servers.map(async (server) => once(server, 'listening')));
    await writeFile(userConfig, `registry=http://me:hidden@127.0.0.1:${portOf(1)}/`);
    const network = networkFromNpm();
    expect(await downloadJson(network.registryOf('node'), { network })).toEqual({});
    expect(asked).toEqual([`Basic ${btoa('me:hidden')}`, undefined]);
    await network.dispatcher.close();
    for (const server of servers) server.close();
  });

  it('sends no credentials that could be read on the way', async () => {
    await writeFile(userConfig, 'registry=http://me:hidden@registry.invalid/');
    const network = networkFromNpm();
    await expect(packageInRegistry('node', '1.0.0', { network })).rejects.toThrow(
      'http://registry.invalid/node is not sent its credentials: without TLS they could be read on the way',
    );
  });
});
