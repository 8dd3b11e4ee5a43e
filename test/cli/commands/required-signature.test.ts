import { link, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { bytesOf } from '../../../src/executable/format/bytes.ts';
import { openExecutable } from '../../../src/executable/self.ts';
import { versionsOf } from '../../../src/executable/version.ts';
import { requiredSignature } from '../../../src/cli/context/required-signature.ts';
import { cleanUp, folderForEachTest } from '../../support/programs/executable-fixture.ts';
import { helloExecutable } from '../../support/programs/executables.ts';
import { runProgram } from '../../support/programs/program.ts';
import { signingKey } from '../../support/programs/signing-key.ts';
import { playedCluster } from '../../support/kubernetes/played-cluster.ts';

afterAll(cleanUp);
const folder = folderForEachTest();
const key = signingKey();
const blob = bytesOf(Buffer.from('an application'));
const versions = await versionsOf(blob);

async function files(texts: Readonly<Record<string, string>>): Promise<string> {
  for (const [name, text] of Object.entries(texts)) await writeFile(join(folder(), name), text);
  return join(folder(), 'key.pem');
}

describe('requiredSignature()', () => {
  it.each(['shop', 'shop-linux-x64', 'shop-darwin-arm64', 'shop-win-x64.exe'])(
    'reads that of %s in shop.sig beside it',
    async (name) => {
      const { signature, signedBy } = key.signatureOf(versions);
      const pem = await files({ 'key.pem': key.publicPem, 'shop.sig': `${signature}\n` });
      const found = await requiredSignature(pem, { path: join(folder(), name), blob });
      expect(found).toEqual({ signature, signedBy, versions });
    },
  );

  it.each<[string, Record<string, string>, string, RegExp]>([
    ['without a signature', { 'key.pem': key.publicPem }, 'signature-refused', /there is no ".*shop\.sig"/],
    [
      'with that of another release',
      {
        'key.pem': key.publicPem,
        'shop.sig': key.signatureOf({ ...versions, 'linux-x64': versions['linux-arm64'] }).signature,
      },
      'signature-refused',
      /no signature over this release/,
    ],
    [
      'with that of another key',
      { 'key.pem': key.publicPem, 'shop.sig': signingKey().signatureOf(versions).signature },
      'signature-refused',
      /no signature over this release/,
    ],
    ['without a key', { 'shop.sig': '' }, 'bad-usage', /there is no such file/],
    ['with the private key', { 'key.pem': key.privatePem }, 'bad-usage', /it is the private key/],
    ['with what is no key', { 'key.pem': 'none' }, 'bad-usage', /no public key in PEM/],
  ])('refuses %s', async (_, texts, code, message) => {
    const asked = requiredSignature(await files(texts), { path: join(folder(), 'shop'), blob });
    await expect(asked).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });
});

describe('--require-signature', () => {
  it('deploys what is signed, has replicas look again, and changes nothing for what is not', async () => {
    const server = await playedCluster();
    try {
      const program = join(folder(), 'hello-world');
      await link(helloExecutable, program);
      const own = await versionsOf((await openExecutable(helloExecutable)).blob);
      const { signature, signedBy } = key.signatureOf(own);
      const pem = await files({ 'key.pem': key.publicPem });
      const deploy = async () =>
        runProgram(program, ['--kubernetes', '--target', 'linux-x64', '--require-signature', pem], {
          env: { KUBECONFIG: await server.kubeconfig() },
        });
      const refused = await deploy();
      expect(refused).toMatchObject({ status: 3, stdout: '' });
      expect(refused.stderr).toMatch(/^error: Cannot deploy what is not signed: there is no ".*hello-world\.sig"\. /m);
      expect(server.objects.list('deployments')).toEqual([]);

      await files({ 'hello-world.sig': signature });
      expect(await deploy()).toMatchObject({ status: 0 });
      const [deployment] = server.objects.list('deployments') as { spec?: object }[];
      const env = [
        { name: 'SELFSAME_SHA256_ARM64', value: own['linux-arm64'] },
        { name: 'SELFSAME_SHA256_X64', value: own['linux-x64'] },
        { name: 'SELFSAME_SIGNATURE', value: signature },
        { name: 'SELFSAME_SIGNED_BY', value: signedBy },
      ];
      expect(deployment?.spec).toMatchObject({
        template: { spec: { containers: [{ env: expect.arrayContaining(env) }] } },
      });
    } finally {
      await server.close();
    }
  });
});
