import type { Application } from '../../app/application.ts';
import { DeployError } from '../../shared/errors.ts';
import { looksSecret } from '../../shared/secret-name.ts';

type SecretEnv = NonNullable<Application['secrets']>;

const flag = '--env-from-secret';

/**
 * Reads `--env-from-secret`.
 *
 * @param words such as `DB_PASSWORD=shop-db/password`.
 * @throws {DeployError} `bad-usage`
 */
export function secretEnvFrom(words: readonly string[] = []): SecretEnv {
  const read = words.map((word) => {
    const [, name, secret = '', key = ''] =
      /^([A-Za-z_][\w.-]*)=([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)\/([\w.-]{1,253})$/.exec(word) ?? [];
    if (name !== undefined) return [name, { secret, key }] as const;
    // What follows the name may be the secret itself, by mistake.
    throw new DeployError('bad-usage', `Cannot read ${flag} "${word.split('=', 1)[0]}"`, {
      hint: `Pass ${flag} NAME=SECRET/KEY, with the name of a Secret and one of its keys.`,
    });
  });
  return Object.fromEntries(read);
}

/**
 * Warns of values on the command line that look secret: they stand in the Deployment for all who may look at it.
 *
 * @param env the words of `--env`.
 */
export function openSecretsText(env: readonly string[] = []): string | undefined {
  const names = env.flatMap((word) => {
    const [name = '', ...value] = word.split('=');
    return looksSecret(name, value.join('=')) ? [name] : [];
  });
  if (names.length === 0) return undefined;
  return `--env ${names.join(', ')} can be read by all who see the Deployment: ${flag} ${names[0]}=SECRET/KEY takes it from a Secret`;
}
