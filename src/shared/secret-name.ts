/** Words that name a secret by themselves, and such that do beside others: `PASS` in `DB_PASS`. */
const secretWord = /(?:PASSWORD|PASSWD|PASSPHRASE|TOKEN|SECRET|CREDENTIALS?|APIKEY|CONNECTIONSTRING|CONNSTR)$/;
const secretBeside = /^(?:KEY|PASS|PWD|PAT|SAS)$/;
/** What a name ends with that tells of a secret, but is none. */
const toldOf =
  /^(?:NAME|FILE|PATH|DIR|FOLDER|ID|URL|URI|TTL|TYPE|SIZE|LENGTH|LIMIT|COUNT|HEADER|PREFIX|ISSUER|ALGORITHM|ENDPOINT|VERSION|ENABLED|REQUIRED|EXPIRY|EXPIRES|LIFETIME|TIMEOUT|SECONDS|MS)$/;
/** What makes a key no secret when it stands before it. */
const openKey = /^(?:PUBLIC|PUBLISHABLE|PRIMARY|FOREIGN|PARTITION|SORT|CACHE|SHORTCUT|HOT|ROW|OBJECT|GROUP)$/;

/**
 * True for a variable that most likely holds a secret: `DB_PASSWORD`, `githubToken`, `API_KEY`, but not `PUBLIC_KEY`,
 * `KEYBOARD`, `MAX_TOKENS` or `SECRET_NAME`; also for an address with a password in it.
 */
export function looksSecret(name: string, value = ''): boolean {
  if (/^\w[\w+.-]*:\/\/[^/?#\s]*:[^/?#\s]+@/.test(value)) return true;
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toUpperCase()
    .replace('CONNECTION_STRING', 'CONNECTIONSTRING')
    .split(/[^A-Z0-9]+/)
    .filter((word) => word !== '');
  if (toldOf.test(words.at(-1) ?? '') || words.some((word) => openKey.test(word))) return false;
  return words.some((word) => secretWord.test(word) || (words.length > 1 && secretBeside.test(word)));
}
