import { existsSync, readFileSync } from 'node:fs';
import tls from 'node:tls';
import npmConf from '@pnpm/npm-conf';
import registryAuthToken from 'registry-auth-token';
import { EnvHttpProxyAgent } from 'undici';
import type { Dispatcher } from 'undici';
import { DeployError } from '../../shared/errors.ts';
import { proxiesIn, readProxy } from '../../shared/proxy-setting.ts';
import { passwordHint, readServerAddress } from '../../shared/server-address.ts';

/** How this machine reaches npm registries and mirrors: what npm itself is told in .npmrc and the environment. */
export interface Network {
  readonly dispatcher: Dispatcher;
  /** Settings that could not be read, in words. */
  readonly warnings: readonly string[];
  /** The registry of a package, with a slash at its end; a scope may have its own. */
  registryOf(packageName: string): string;
  /** The registry that npm uses when nothing is configured: packages name it in their metadata. */
  readonly publicRegistry: string;
  /** The Authorization header for an address, if npm has a token or password for it, and for no other host. Secret. */
  authorizationFor(url: string): string | undefined;
}

/**
 * Reads .npmrc (user, global), `npm_config_*`, HTTPS_PROXY, NO_PROXY and NODE_EXTRA_CA_CERTS.
 *
 * @param options.inProject reads the .npmrc of the project that one is in, too. Without, the folder that a program happens to be
 *   started in has no say: it may be anybody's.
 * @throws {DeployError} `bad-usage` if the registry or the proxy is no address; neither is quoted.
 */
export function networkFromNpm({ inProject = false }: { inProject?: boolean | undefined } = {}): Network {
  // What npm calls global has no project.
  const { config, warnings } = npmConf(inProject ? {} : { global: true });
  if (inProject) refuseVariables(config.sources['project']?.path);
  const text = (key: string): string | undefined => {
    const value = config.get(key);
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const known = new Map<string, string>();
  const registryIn = (key: string): string | undefined => {
    const value = text(key);
    if (value === undefined) return undefined;
    const read = readServerAddress(value, ['http:', 'https:']);
    if (read === undefined) throw unusable(key);
    if (read.authorization !== undefined) known.set(read.url.origin, read.authorization);
    return slashed(read.url.href);
  };
  const proxyIn = (key: string): string | undefined => {
    const value = text(key);
    if (value !== undefined && !/^https?:\/\//i.test(value)) throw unusable(key);
    return value && readProxy(value, `npm's setting "${key}"`);
  };
  const environment = proxiesIn(process.env);
  const httpProxy = proxyIn('proxy') ?? environment.httpProxy;
  const httpsProxy = proxyIn('https-proxy') ?? proxyIn('proxy') ?? environment.httpsProxy;
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
  const registry = registryIn('registry') ?? npmConf.defaults.registry;
  const { _auth: unscoped, ...settings } = config.snapshot;
  return {
    dispatcher,
    warnings: warnings.map(withoutValues),
    publicRegistry: npmConf.defaults.registry,
    registryOf(packageName) {
      const [scope = ''] = packageName.split('/');
      return (scope.startsWith('@') ? registryIn(`${scope}:registry`) : undefined) ?? registry;
    },
    authorizationFor(url) {
      const { origin } = new URL(url);
      const credentials = registryAuthToken(url, { recursive: true, npmrc: settings });
      if (known.has(origin)) return known.get(origin);
      if (credentials !== undefined) return `${credentials.type} ${credentials.token}`;
      // What is for no host by name is for the registry alone.
      return typeof unscoped === 'string' && origin === new URL(registry).origin ? `Basic ${unscoped}` : undefined;
    },
  };
}

function unusable(key: string): DeployError {
  return new DeployError('bad-usage', `Cannot use npm's setting "${key}": it is not the address of a server`, {
    hint: `Correct it in .npmrc: it starts with http:// or https://. ${passwordHint}`,
  });
}

/**
 * A project's .npmrc may come from anywhere. A variable in the address of a server would be sent there, whatever it holds.
 *
 * @throws {DeployError} `bad-usage`
 */
function refuseVariables(file: string | undefined): void {
  if (file === undefined || !existsSync(file)) return;
  const [, key] = /^\s*([^=\s;#]*(?:registry|proxy))\s*=.*\$\{/m.exec(readFileSync(file, 'utf8')) ?? [];
  if (key === undefined) return;
  throw new DeployError(
    'bad-usage',
    `Refused npm's setting "${key}" in ${file}: a variable in it would be sent to that server`,
    {
      hint: 'Write the address out, or move the setting into your own ~/.npmrc.',
    },
  );
}

/** npm-conf quotes the line that it cannot read; of that, a variable's name alone is no secret. */
function withoutValues(warning: string): string {
  const [, file = '.npmrc'] = /^Issue while reading "([^"]*)"/.exec(warning) ?? [];
  const [variable] = /\$\{[A-Za-z0-9_?:-]+\}/.exec(warning) ?? [];
  return `Issue while reading "${file}": ${variable === undefined ? 'a value in it cannot be read' : `${variable} is not set`}`;
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
