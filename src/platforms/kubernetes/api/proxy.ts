import { BlockList, isIP } from 'node:net';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy on the way to a server, or undefined: the kubeconfig's own, else the environment's, by the rules of Go's
 * programs (kubectl), so that what works there works here: never for this machine itself, and NO_PROXY may hold networks.
 */
export function proxyFor(server: string, environment: Environment, ofKubeconfig?: string): string | undefined {
  if (ofKubeconfig) return ofKubeconfig;
  const { protocol, hostname, port } = new URL(server);
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const scheme = protocol.slice(0, -1);
  const proxy = read(environment, `${scheme}_proxy`);
  if (proxy === undefined || host === 'localhost' || isLoopback(host)) return undefined;
  const exempt = (read(environment, 'no_proxy') ?? '')
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '');
  if (exempt.some((entry) => covers(entry, host, port || (scheme === 'https' ? '443' : '80')))) return undefined;
  return proxy.includes('://') ? proxy : `http://${proxy}`;
}

function read(environment: Environment, name: string): string | undefined {
  return environment[name.toUpperCase()] || environment[name] || undefined;
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

function isLoopback(host: string): boolean {
  return inNetwork('127.0.0.0/8', host) || host === '::1';
}

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  return ({ 4: 'ipv4', 6: 'ipv6' } as const)[isIP(address)];
}
