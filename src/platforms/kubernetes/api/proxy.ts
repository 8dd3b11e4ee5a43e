import { BlockList, isIP } from 'node:net';
import { readProxy } from '../../../shared/proxy-setting.ts';
import { isThisMachine } from '../../../shared/server-address.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy on the way to a server, or undefined: the kubeconfig's own, else the environment's, by the rules of Go's
 * programs (kubectl), so that what works there works here: never for this machine itself, and NO_PROXY may hold networks.
 *
 * @throws {DeployError} `kubeconfig-unusable` or `bad-usage` if its setting is no address of a proxy; it is named, not quoted.
 */
export function proxyFor(server: string, environment: Environment, ofKubeconfig?: string): string | undefined {
  if (ofKubeconfig) return readProxy(ofKubeconfig, 'proxy-url in the kubeconfig', 'kubeconfig-unusable');
  const { protocol, hostname, port } = new URL(server);
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const scheme = protocol.slice(0, -1);
  const setting = settingOf(environment, `${scheme}_proxy`);
  if (setting === undefined || isThisMachine(host)) return undefined;
  const exempt = (environment[settingOf(environment, 'no_proxy') ?? ''] ?? '')
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '');
  if (exempt.some((entry) => covers(entry, host, port || (scheme === 'https' ? '443' : '80')))) return undefined;
  return readProxy(environment[setting] ?? '', setting);
}

function settingOf(environment: Environment, name: string): string | undefined {
  return [name.toUpperCase(), name].find((setting) => environment[setting]);
}

/** One entry of NO_PROXY: `*`, an address, a network, `host`, `.domain`, `*.domain`, the last three also with a port. */
function covers(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return isIP(host) !== 0 && inNetwork(entry, host);
  const [, name = '', onlyPort] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(isIP(entry) ? `[${entry}]` : entry) ?? [];
  if (onlyPort !== undefined && onlyPort !== port) return false;
  const domain = name.replace(/^\*?\./, '');
  return host.endsWith(`.${domain}`) || (host === domain && !/^\*?\./.test(name));
}

function inNetwork(network: string, address: string): boolean {
  const [base = '', bits = ''] = network.split('/');
  const family = familyOf(base);
  if (family === undefined || family !== familyOf(address)) return false;
  const list = new BlockList();
  list.addSubnet(base, Number(bits), family);
  return list.check(address, family);
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  return ({ 4: 'ipv4', 6: 'ipv6' } as const)[isIP(address)];
}
