import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { DeployError } from '../../../shared/errors.ts';
import { type ExecConfig, type ExecCredential, runPlugin } from './exec-credential.ts';
import type { ClusterAccess } from './kubeconfig.ts';

/** What proves to the API server who we are: secret, every field. */
export interface ClusterCredential {
  readonly headers: Readonly<Record<string, string>>;
  /** PEM. */
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
}

/** The credentials of one account, kept as long as they are good. */
export interface ClusterCredentials {
  current(): Promise<ClusterCredential>;
  /** Forgets a credential that was refused. @returns false if asking again could give no other. */
  renew(refused: ClusterCredential): boolean;
}

/** What lies outside: the signal ends a plugin that waits. */
export interface CredentialOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  readonly pluginTimeoutMs?: number;
}

/** How long a token file is taken as read, like the Go client does: tokens in it change about hourly. */
const tokenFileLifetimeMs = 60_000;

/** A plugin's credential counts as expired a little early, so that it does not end on the way. */
const expiryMarginMs = 10_000;

/**
 * Chooses how an account signs in: certificate, token, token file, password, credential plugin or an old provider.
 *
 * @throws {DeployError} `kubeconfig-unusable` if a file that it names cannot be read.
 */
export async function credentialsOf(access: ClusterAccess, options: CredentialOptions): Promise<ClusterCredentials> {
  const { user, cluster } = access;
  const base: ClusterCredential = {
    headers: {
      ...(user.impersonateUser && { 'Impersonate-User': user.impersonateUser }),
      ...(user.token && { Authorization: bearer(user.token) }),
      ...(!user.token && user.username && { Authorization: basic(user.username, user.password ?? '') }),
    },
    ...(await pem('cert', user.certFile, user.certData)),
    ...(await pem('key', user.keyFile, user.keyData)),
  };
  const exec = (user.exec ?? undefined) as ExecConfig | undefined;
  if (exec) {
    const { pluginTimeoutMs: timeoutMs, ...rest } = options;
    return kept(async () => withPlugin(base, await runPlugin(exec, { cluster, ...rest, timeoutMs })));
  }
  const provider = (user.authProvider ?? undefined) as { config?: { tokenFile?: string } } | undefined;
  const tokenFile = provider?.config?.tokenFile;
  if (tokenFile !== undefined) {
    return kept(async () => ({
      ...withHeaders(base, { Authorization: bearer((await readNamed(tokenFile)).toString()) }),
      goodUntil: Date.now() + tokenFileLifetimeMs,
    }));
  }
  if (provider) {
    return kept(async () => {
      const request: RequestOptions = {};
      try {
        await access.config.applyToHTTPSOptions(request);
      } catch (cause) {
        // The library's own words may quote what the provider answered.
        throw new DeployError('cluster-denied', `Cannot sign in with the auth provider of "${access.context}"`, {
          hint: 'Sign in with it by hand, or use a credential plugin (exec) in the kubeconfig.',
          cause,
        });
      }
      const headers = (request.headers ?? {}) as Record<string, string>;
      return { ...withHeaders(base, headers), goodUntil: Date.now() + tokenFileLifetimeMs };
    });
  }
  return { current: async () => base, renew: () => false };
}

type Lasting = ClusterCredential & { readonly goodUntil?: number };

/** Asks once, however many requests wait for the answer, and again only when it is no longer good. */
function kept(ask: () => Promise<Lasting>): ClusterCredentials {
  let asking: Promise<Lasting> | undefined;
  let held: Lasting | undefined;
  return {
    async current() {
      if (held && (held.goodUntil === undefined || held.goodUntil > Date.now())) return held;
      held = undefined;
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      return (held = await asking);
    },
    renew(refused) {
      if (held === refused) held = undefined;
      return true;
    },
  };
}

function withPlugin(base: ClusterCredential, given: ExecCredential): Lasting {
  return {
    ...(given.token === undefined ? base : withHeaders(base, { Authorization: bearer(given.token) })),
    ...(given.clientCertificate !== undefined && { cert: given.clientCertificate }),
    ...(given.clientKey !== undefined && { key: given.clientKey }),
    ...(given.expiresAt && { goodUntil: given.expiresAt.getTime() - expiryMarginMs }),
  };
}

function withHeaders(base: ClusterCredential, headers: Readonly<Record<string, string>>): ClusterCredential {
  return { ...base, headers: { ...base.headers, ...headers } };
}

function bearer(token: string): string {
  return `Bearer ${token.trim()}`;
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

type Pem<K extends string> = Partial<Record<K, Buffer>>;

/** Data before file, as in kubectl. */
export async function pem<K extends string>(field: K, file?: string | null, data?: string | null): Promise<Pem<K>> {
  if (data) return { [field]: Buffer.from(data, 'base64') } as Pem<K>;
  return file ? ({ [field]: await readNamed(file) } as Pem<K>) : {};
}

async function readNamed(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new DeployError('kubeconfig-unusable', `Cannot read ${file}, which the kubeconfig names: ${code}`, {
      hint: 'Correct the kubeconfig, or pass --context.',
      cause: error,
    });
  }
}
