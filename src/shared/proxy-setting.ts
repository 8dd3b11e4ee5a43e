import { DeployError, type ErrorCode } from './errors.ts';
import { passwordHint, readServerAddress } from './server-address.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** What undici speaks. */
const protocols = ['http:', 'https:', 'socks5:', 'socks:'];

/**
 * Reads the setting of a proxy; `HOST:PORT` is taken for one of HTTP, as by Go's programs.
 *
 * @param setting its name, for the message: the value may hold a password.
 * @throws {DeployError} `code` if it is no address of a proxy.
 */
export function readProxy(text: string, setting: string, code: ErrorCode = 'bad-usage'): string {
  const address = text.includes('://') ? text.trim() : `http://${text.trim()}`;
  const read = readServerAddress(address, protocols);
  if (read !== undefined && `${read.url.pathname}${read.url.search}`.length <= 1) return address;
  throw new DeployError(code, `Cannot read ${setting} as the address of a proxy`, {
    hint: `Write it as http://HOST:PORT or http://NAME:PASSWORD@HOST:PORT. ${passwordHint}`,
  });
}

/** The proxies of an environment, for undici. */
export interface Proxies {
  readonly httpProxy?: string;
  readonly httpsProxy?: string;
}

/**
 * Reads the proxies of an environment; ALL_PROXY, which Azure's library obeys, is looked at alone.
 *
 * @throws {DeployError} `bad-usage` if one of them is no address of a proxy; its value is not quoted.
 */
export function proxiesIn(environment: Environment): Proxies {
  const read = (name: string): string | undefined =>
    [name.toLowerCase(), name].flatMap((setting) => {
      const text = environment[setting];
      return text ? [readProxy(text, setting)] : [];
    })[0];
  const [httpProxy, httpsProxy] = [read('HTTP_PROXY'), read('HTTPS_PROXY')];
  read('ALL_PROXY');
  return { ...(httpProxy !== undefined && { httpProxy }), ...(httpsProxy !== undefined && { httpsProxy }) };
}
