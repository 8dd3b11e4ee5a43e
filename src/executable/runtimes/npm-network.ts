import tls from 'node:tls';
import npmConf from '@pnpm/npm-conf';
import registryAuthToken from 'registry-auth-token';
import { EnvHttpProxyAgent } from 'undici';
import type { Dispatcher } from 'undici';
import { DeployError } from '../../shared/errors.ts';

/** How this machine reaches npm registries and mirrors: what npm itself is told in .npmrc and the environment. */
export interface Network {
  readonly dispatcher: Dispatcher;
  /** Settings that could not be read, in words. */
  readonly warnings: readonly string[];
  /** The registry of a package, with a slash at its end; a scope may have its own. */
  registryOf(packageName: string): string;
  /** The registry that npm uses when nothing is configured: packages name it in their metadata. */
  readonly publicRegistry: string;
  /** The Authorization header for an address, if .npmrc has a token or password for it. Secret. */
  authorizationFor(url: string): string | undefined;
}

/**
 * Reads .npmrc (project, user, global), `npm_config_*`, HTTPS_PROXY, NO_PROXY and NODE_EXTRA_CA_CERTS.
 *
 * @throws {DeployError} `bad-usage` if the registry or the proxy is no address.
 */
export function networkFromNpm(): Network {
  const { config, warnings } = npmConf();
  const text = (key: string): string | undefined => {
    const value = config.get(key);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const address = (key: string): string | undefined => {
    const value = text(key);
    if (value === undefined || /^https?:\/\//i.test(value)) return value;
    throw new DeployError('bad-usage', `Cannot use npm's setting "${key}": it is not the address of a server`, {
      hint: 'Correct it in .npmrc: it starts with http:// or https://.',
    });
  };
  const httpProxy = address('proxy');
  const httpsProxy = address('https-proxy') ?? httpProxy;
  const noProxy = text('noproxy') ?? text('no-proxy');
  const trust = tlsOf(config.get('ca'), config.get('strict-ssl'));
  const dispatcher = new EnvHttpProxyAgent({
    ...(httpProxy !== undefined && { httpProxy }),
    ...(httpsProxy !== undefined && { httpsProxy }),
    ...(noProxy !== undefined && { noProxy }),
    connect: trust,
    requestTls: trust,
    proxyTls: trust,
    // Of silence, in milliseconds.
    headersTimeout: 30_000,
    bodyTimeout: 60_000,
  });
  const registry = slashed(address('registry') ?? npmConf.defaults.registry);
  return {
    dispatcher,
    warnings,
    publicRegistry: npmConf.defaults.registry,
    registryOf(packageName) {
      const [scope = ''] = packageName.split('/');
      return slashed((scope.startsWith('@') ? address(`${scope}:registry`) : undefined) ?? registry);
    },
    authorizationFor(url) {
      const credentials = registryAuthToken(url, { recursive: true });
      return credentials && `${credentials.type} ${credentials.token}`;
    },
  };
}

function tlsOf(ca: unknown, strict: unknown): { ca?: string[]; rejectUnauthorized?: boolean } {
  const own = (Array.isArray(ca) ? ca : [ca]).filter((one): one is string => typeof one === 'string' && one !== '');
  return {
    // Given to TLS, a list replaces the default one, NODE_EXTRA_CA_CERTS included.
    ...(own.length > 0 && { ca: [...tls.getCACertificates('default'), ...own] }),
    ...(strict === false && { rejectUnauthorized: false }),
  };
}

function slashed(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}
