import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type PlannedAnswer,
  give,
  type MisbehavingServer,
  serveAnswers,
} from '../support/runner/misbehaving-server.ts';
import { application, type EndedRunner, place, startRunner, runners } from '../support/runner/runner.ts';

describe.each(runners)('$title and TLS', (runner) => {
  let home = '';
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'selfsame-tls-'));
    await Promise.all([certificate('trusted', 'IP:127.0.0.1'), certificate('stranger', 'DNS:elsewhere.example')]);
  });
  afterAll(() => rm(home, { recursive: true }));

  it('refuses an unknown CA at once, and runs nothing', async () => {
    await using server = await serveAs('trusted');
    const end = await ask(server.url);
    expect(end).toMatchObject({ status: 69, ran: undefined });
    expect(end.reason).toMatch(/^selfsame runner: cannot fetch https:.*: TLS: .*certificate.*\n$/);
    expect(end.output).not.toContain('trying again');
    expect(server.exchanges).toHaveLength(0);
  });

  it('trusts the CA in SELFSAME_CA_FILE', async () => {
    await using server = await serveAs('trusted');
    const end = await ask(server.url, 'trusted');
    expect(end).toMatchObject({ status: 0, reason: '' });
    expect(end.ran).toBeDefined();
  });

  it('refuses the certificate of another host', async () => {
    await using server = await serveAs('stranger');
    expect(await ask(server.url, 'stranger')).toMatchObject({ status: 69, ran: undefined });
  });

  it('refuses a server that speaks no TLS', async () => {
    await using server = await serveAnswers(give(application));
    const end = await ask(server.url.replace('http:', 'https:'));
    expect(end).toMatchObject({ status: 69, ran: undefined });
  });

  it('follows no redirect that leaves TLS', async () => {
    await using plain = await serveAnswers(give(application));
    await using server = await serveAs('trusted', plain.url);
    const end = await ask(server.url, 'trusted');
    expect(end).toMatchObject({ status: 75, ran: undefined });
    expect(plain.exchanges).toHaveLength(0);
  });

  async function certificate(name: string, subject: string): Promise<void> {
    const [key, crt] = [join(home, `${name}.key`), join(home, `${name}.crt`)];
    const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=test'];
    await promisify(execFile)('openssl', [
      ...args,
      '-addext',
      `subjectAltName=${subject}`,
      '-keyout',
      key,
      '-out',
      crt,
    ]);
  }

  async function serveAs(name: string, redirect?: string): Promise<MisbehavingServer> {
    const [key, cert] = await Promise.all([readFile(join(home, `${name}.key`)), readFile(join(home, `${name}.crt`))]);
    const leave: PlannedAnswer = (response) => void response.writeHead(302, { Location: redirect }).end();
    return serveAnswers(redirect ? leave : give(application), { key, cert });
  }

  async function ask(url: string, trusted?: string): Promise<EndedRunner> {
    await using at = await place(url);
    if (trusted) at.environment['SELFSAME_CA_FILE'] = join(home, `${trusted}.crt`);
    return await startRunner(at, [], { runner });
  }
});
