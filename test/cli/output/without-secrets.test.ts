import { expect, it } from '@jest/globals';
import { errorDocument } from '../../../src/cli/output/error-document.ts';
import { printError } from '../../../src/cli/output/print-error.ts';
import { withoutSecrets } from '../../../src/cli/output/without-secrets.ts';
import { DeployError } from '../../../src/shared/errors.ts';

const secret = 'very-hidden-word';

it.each([
  ['Invalid URL: http://me:very-hidden-word@proxy', 'Invalid URL: http://...proxy'],
  ['http://me:a/very#hidden-word@proxy "x"', 'http://...proxy "x"'],
  ["'x-ms-copy-source': 'https://h/c?sv=1&sig=very-hidden-word'", "'x-ms-copy-source': 'https://h/c?sv=1&sig=...'"],
  ['?X-Amz-Signature=very-hidden-word&X-Amz-Date=1', '?X-Amz-Signature=...&X-Amz-Date=1'],
  ["authorization: 'Bearer very-hidden-word'", "authorization: 'Bearer ...'"],
  [`authorization: 'Basic ${btoa(secret)}'`, "authorization: 'Basic ...'"],
  ['AccountName=a;AccountKey=very-hidden-word==;X=1', 'AccountName=a;AccountKey=...;X=1'],
  ['-----BEGIN RSA PRIVATE KEY-----\nvery-hidden-word\n-----END', '-----BEGIN RSA PRIVATE KEY-----...-----END'],
  ['eyJhbGciOi.eyJzdWIi.very-hidden-word', 'eyJ...'],
])('withoutSecrets() cleans %s', (text, clean) => {
  expect(withoutSecrets(text, {})).toBe(clean);
});

it.each([
  'http://127.0.0.1:4873/@scope%2fname answered 404',
  'Basic authorization is refused, Bearer tokens too',
  'see https://example.com/a and write to me@example.com',
])('withoutSecrets() leaves "%s" alone', (text) => {
  expect(withoutSecrets(text, { GREETING: 'authorization' })).toBe(text);
});

it('what is printed of a failure holds nothing that the environment names a secret', () => {
  const cause = Object.assign(new Error(`request with ${secret}`), { headers: { key: secret } });
  process.env['SUITE_API_KEY'] = secret;
  try {
    for (const error of [
      new TypeError(`cannot parse ${secret}`, { cause }),
      new DeployError('bad-usage', `Cannot use ${secret}`, { hint: 'Change it.', cause }),
    ]) {
      const said: string[] = [];
      printError(error, (line) => said.push(line));
      const printed = said.join('\n') + JSON.stringify(errorDocument(error));
      expect(printed).not.toContain(secret);
      expect(printed).toContain('...');
    }
  } finally {
    delete process.env['SUITE_API_KEY'];
  }
});
