import { DeployError } from '../../../shared/errors.ts';
import { isReadOnTheWay, isThisMachine, readServerAddress } from '../../../shared/server-address.ts';
import type { ClusterAccess } from './kubeconfig.ts';
import { proxyFor } from './proxy.ts';

/**
 * The proxy on the way to the API server of a kubeconfig, if there is one; refuses a way on which others read who we are.
 *
 * Without TLS nobody but this machine is told a token or password (`kubectl proxy`, a tunnel). There is no flag for more: an
 * API server that is asked for rights speaks TLS.
 *
 * @throws {DeployError} `kubeconfig-unusable` if the address cannot be read, holds a secret, or is such a way; `bad-usage` if the
 *   setting of a proxy cannot be read. No value is quoted.
 */
export function safeWayTo(
  { cluster, user, context }: Pick<ClusterAccess, 'cluster' | 'user' | 'context'>,
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const refuse = (message: string, hint: string): never => {
    throw new DeployError('kubeconfig-unusable', message, { hint });
  };
  const read = readServerAddress(cluster.server, ['http:', 'https:']);
  if (read === undefined) {
    return refuse(
      `Cannot read the server of the context "${context}": it is no address`,
      'Correct the kubeconfig, or pass --context.',
    );
  }
  if (read.authorization !== undefined) {
    return refuse(
      `Refused the server of the context "${context}": it has a name or password in its address`,
      'Put them into the user of the kubeconfig, as username and password.',
    );
  }
  const proxy = proxyFor(cluster.server, environment, cluster.proxyUrl);
  const signsIn = [user.token, user.username, user.exec, user.authProvider].some(Boolean);
  const staysHere = proxy === undefined || isThisMachine(new URL(proxy).hostname);
  if (signsIn && (isReadOnTheWay(cluster.server) || (read.url.protocol === 'http:' && !staysHere))) {
    return refuse(
      `Refused to sign in to ${read.url.origin} with the context "${context}": without TLS others could read the credentials on the way`,
      'Correct the server in the kubeconfig to https://, or reach it through this machine (kubectl proxy, a tunnel).',
    );
  }
  return proxy;
}
