import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { signingKey } from '../support/programs/signing-key.ts';
import { give, serveAnswers } from '../support/runner/misbehaving-server.ts';
import { application, elsewhere, here, place, runners, startRunner } from '../support/runner/runner.ts';

const key = signingKey();
const own = createHash('sha256').update(application).digest('hex');
const [other, another] = ['e'.repeat(64), 'f'.repeat(64)];
const versions =
  here === 'X64' ? { 'linux-x64': own, 'linux-arm64': other } : { 'linux-x64': other, 'linux-arm64': own };
const { signedBy, signature } = key.signatureOf(versions);
const signed = {
  [`SELFSAME_SHA256_${elsewhere}`]: other,
  SELFSAME_SIGNED_BY: signedBy,
  SELFSAME_SIGNATURE: signature,
};

describe.each(runners)('$title where a key is named', (runner) => {
  it('runs what that key has signed', async () => {
    await using server = await serveAnswers(give(application));
    await using at = await place(server.url);
    Object.assign(at.environment, signed);
    const end = await startRunner(at, [], { runner });
    expect(end).toMatchObject({ status: 0, files: ['app'] });
    expect(end.ran).toContain(`SELFSAME_SIGNATURE=${signature}`);
  });

  it.each<[string, Record<string, string>, number, RegExp]>([
    ['without a signature', { SELFSAME_SIGNATURE: '' }, 78, /no signature by SELFSAME_SIGNED_BY/],
    ['with a signature that is none', { SELFSAME_SIGNATURE: '%%%' }, 78, /no signature/],
    ['with a signature cut short', { SELFSAME_SIGNATURE: signature.slice(0, 40) }, 78, /no signature/],
    [
      'with the signature of another key',
      { SELFSAME_SIGNATURE: signingKey().signatureOf(versions).signature },
      78,
      /no signature/,
    ],
    ['with a key that is none', { SELFSAME_SIGNED_BY: 'bm9uZQ==' }, 78, /no signature/],
    [
      'with another executable for the other architecture',
      { [`SELFSAME_SHA256_${elsewhere}`]: another },
      78,
      /no signature/,
    ],
    ['with another executable for this one', { [`SELFSAME_SHA256_${here}`]: another }, 78, /no signature/],
    ['without one for the other architecture', { [`SELFSAME_SHA256_${elsewhere}`]: '' }, 64, /has not 64 digits/],
  ])('neither fetches nor runs anything %s', async (_, change, status, reason) => {
    await using server = await serveAnswers(give(application));
    await using at = await place(server.url);
    Object.assign(at.environment, signed, change);
    const end = await startRunner(at, [], { runner });
    expect(end).toMatchObject({ status, ran: undefined, files: [] });
    expect(end.reason).toMatch(reason);
    expect(server.exchanges).toHaveLength(0);
  });

  it('does not run what lies there already, if it is not signed', async () => {
    await using server = await serveAnswers(give(application));
    await using at = await place(server.url);
    expect(await startRunner(at, [], { runner })).toMatchObject({ status: 0 });
    Object.assign(at.environment, signed, { SELFSAME_SIGNATURE: '' });
    expect(await startRunner(at, [], { runner })).toMatchObject({ status: 78 });
  });
});
