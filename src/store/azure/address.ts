import { badStore, readOpenAddress } from '../public-url.ts';

/** Where the user wants a store on Azure, as far as the address says it. */
export interface AzureAddress {
  /** Absent if only the credentials know it. */
  readonly account?: string | undefined;
  /** The account's blob service, without a slash at its end; absent if it follows from account or credentials. */
  readonly endpoint?: string | undefined;
  readonly container: string;
}

const defaultContainer = 'selfsame';
const forms = 'azure://ACCOUNT/CONTAINER, https://HOST/[ACCOUNT/]CONTAINER, s3://BUCKET or file:///PATH';

/**
 * Reads `--store`.
 *
 * @param text `azure://ACCOUNT/CONTAINER`, or a full URL for other clouds and Azurite, e.g.
 *   `http://127.0.0.1:10000/devstoreaccount1/selfsame`; the container may be left out and is `selfsame` then.
 * @throws {DeployError} `bad-store` if it is neither, or carries a secret.
 */
export function parseAzureAddress(text: string): AzureAddress {
  const protocols = ['azure:', 'http:', 'https:'];
  const url = readOpenAddress(text, { setting: '--store', protocols, hint: `Pass --store ${forms}.` });
  const [first, second, ...rest] = url.pathname.split('/').filter((part) => part !== '');
  if (rest.length > 0) throw badStore(`Cannot read "${url.href}" as a store: too many parts`, `Pass --store ${forms}.`);
  if (url.protocol === 'azure:') {
    if (second !== undefined || !/^[a-z0-9]{3,24}$/.test(url.hostname)) {
      throw badStore(`Cannot read "${url.href}" as a store`, 'Pass --store azure://ACCOUNT/CONTAINER.');
    }
    return { account: url.hostname, container: containerName(first) };
  }
  const named = /^([a-z0-9]{3,24})\.(?:z\d+\.)?blob\./.exec(url.hostname)?.[1];
  // An address without a host name has no room for the account there: Azurite takes it from the path.
  const inPath = second !== undefined || /^(?:localhost|[\d.]+|\[.*\])$/.test(url.hostname);
  if (inPath && first === undefined) {
    throw badStore(`Cannot find the account in "${url.href}"`, `Pass --store ${url.origin}/ACCOUNT/CONTAINER.`);
  }
  return inPath && first !== undefined
    ? { account: first, endpoint: `${url.origin}/${first}`, container: containerName(second) }
    : { account: named, endpoint: url.origin, container: containerName(first) };
}

/** For people: short where the account is on Azure's public cloud. */
export function addressText(endpoint: string, account: string | undefined, container: string): string {
  return account !== undefined && endpoint === publicEndpoint(account)
    ? `azure://${account}/${container}`
    : `${endpoint}/${container}`;
}

/** The blob service of an account on Azure's public cloud. */
export function publicEndpoint(account: string): string {
  return `https://${account}.blob.core.windows.net`;
}

function containerName(text = defaultContainer): string {
  if (!/^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(text)) {
    throw badStore(
      `Cannot use "${text}" as a container name`,
      'Use 3 to 63 lower-case letters, digits and single hyphens.',
    );
  }
  return text;
}
