import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { readSigningKey } from '../../src/toolchain/provenance.ts';
import { sourceCommit } from '../../src/toolchain/source-commit.ts';
import { cleanUp, folderForEachTest } from '../support/programs/executable-fixture.ts';
import { signingKey } from '../support/programs/signing-key.ts';

afterAll(cleanUp);
const folder = folderForEachTest();
const pkcs8 = { format: 'pem', type: 'pkcs8' } as const;

describe('readSigningKey()', () => {
  it('reads a key that openssl made', async () => {
    const file = join(folder(), 'key.pem');
    execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', file]);
    expect(await readSigningKey(file)).toMatchObject({ type: 'private', asymmetricKeyType: 'ed25519' });
  });

  it.each<[string, string | undefined, RegExp]>([
    ['a file that is not there', undefined, /there is no such file/],
    ['the public key', signingKey().publicPem, /it is no private key in PEM/],
    [
      'a key of another kind',
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export(pkcs8),
      /no Ed25519 key/,
    ],
    [
      'a key with a passphrase',
      generateKeyPairSync('ed25519').privateKey.export({ ...pkcs8, cipher: 'aes-256-cbc', passphrase: 'x' }),
      /it has a passphrase/,
    ],
  ])('refuses %s, and quotes nothing of it', async (_, text, message) => {
    const file = join(folder(), 'key.pem');
    if (text !== undefined) await writeFile(file, text);
    const refused = await readSigningKey(file).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'bad-usage', message: expect.stringMatching(message) });
    for (const line of text?.split('\n').slice(1, 2) ?? []) expect(String(refused)).not.toContain(line);
  });
});

it('sourceCommit() is the commit that a folder is, and none once something differs', async () => {
  const git = (...words: string[]): string => execFileSync('git', words, { cwd: folder(), encoding: 'utf8' }).trim();
  const who = ['-c', 'user.name=one', '-c', 'user.email=one@example.com', '-c', 'commit.gpgsign=false'];
  expect(await sourceCommit(folder())).toBeUndefined();
  git('init', '--quiet');
  expect(await sourceCommit(folder())).toBeUndefined();
  git(...who, 'commit', '--quiet', '--allow-empty', '--message', 'one');
  expect(await sourceCommit(folder())).toBe(git('rev-parse', 'HEAD'));
  await writeFile(join(folder(), 'new.ts'), '');
  expect(await sourceCommit(folder())).toBeUndefined();
});
