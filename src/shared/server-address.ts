/** The address of a server as a user has set it, taken apart. */
export interface ServerAddress {
  /** Without name, password and fragment: fit to be shown, where its query is. */
  readonly url: URL;
  /** What a name and a password in it give as an Authorization header. Secret. */
  readonly authorization?: string;
}

/**
 * Reads the address of a server, which may hold a name and a password. Who cannot read it must not quote it: a password with a
 * `#`, `/` or `?` in it makes another address of it, in which that password stands for a port or a path.
 *
 * @param protocols what it may begin with, as `URL` writes it: `https:`.
 * @returns undefined if it is none.
 */
export function readServerAddress(text: string, protocols: readonly string[]): ServerAddress | undefined {
  const url = URL.parse(text.trim());
  if (url === null || !protocols.includes(url.protocol) || url.hash !== '') return undefined;
  if (/^[^:]+:\/\/[^/?#@]*[^/?#@\]]:\d*[/?#].*@/.test(text.trim())) return undefined;
  const { username, password } = url;
  url.username = '';
  url.password = '';
  if (username === '' && password === '') return { url };
  try {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return { url, authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

/** How a name and a password have to be written in an address; for hints. */
export const passwordHint = 'In a name or password, write # as %23, / as %2F, ? as %3F, @ as %40 and % as %25.';

/** True for this machine itself. @param host as `URL.hostname` gives it, or without brackets. */
export function isThisMachine(host: string): boolean {
  return host === 'localhost' || /^127(?:\.\d+){3}$|^\[?::1\]?$/.test(host);
}

/** True if whoever listens on the way reads what is sent there. */
export function isReadOnTheWay(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !isThisMachine(hostname);
}
