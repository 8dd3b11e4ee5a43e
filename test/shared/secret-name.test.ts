import { expect, it } from '@jest/globals';
import { looksSecret } from '../../src/shared/secret-name.ts';

it.each(
  'DB_PASSWORD PGPASSWORD password DB_PASS GITHUB_TOKEN githubToken API_KEY apiKey APIKEY AZURE_STORAGE_KEY AWS_SECRET_ACCESS_KEY SECRET CLIENT_SECRET PRIVATE_KEY_PEM AZURE_STORAGE_CONNECTION_STRING AZURE_STORAGE_SAS_TOKEN GOOGLE_CREDENTIALS'.split(
    ' ',
  ),
)('looksSecret() warns of %s', (name) => {
  expect(looksSecret(name)).toBe(true);
});

it.each(
  'PUBLIC_KEY KEYBOARD KEY MONKEY MAX_TOKENS TOKENIZER TOKEN_URL SECRET_NAME KEY_FILE AWS_ACCESS_KEY_ID PRIMARY_KEY PASSENGERS BYPASS PWD GREETING NODE_ENV TOKEN_TTL NEXT_PUBLIC_API_KEY PATH'.split(
    ' ',
  ),
)('looksSecret() is calm about %s', (name) => {
  expect(looksSecret(name)).toBe(false);
});

it('looksSecret() knows an address with a password in it', () => {
  expect(looksSecret('DATABASE_URL', 'postgres://me:word@db/shop')).toBe(true);
  expect(looksSecret('DATABASE_URL', 'postgres://db/shop')).toBe(false);
});
