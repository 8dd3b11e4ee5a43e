import { DeployError } from '../shared/errors.ts';
import { networkFailures } from '../shared/network-failure.ts';

/**
 * The error of a store that gave no answer.
 *
 * @param failure.code the network's; empty if it gave none.
 */
export function storeUnreachable(address: string, { code, cause }: { code: string; cause: Error }): DeployError {
  if (/CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code)) {
    return new DeployError('store-unreachable', `Cannot trust the certificate of ${address} (${code})`, {
      hint: 'Name the file of its certificate authority in NODE_EXTRA_CA_CERTS.',
      cause,
    });
  }
  const reason = code === 'EAI_AGAIN' ? 'the name service does not answer' : networkFailures[code]?.reason;
  return new DeployError('store-unreachable', `Cannot reach ${address}: ${reason ?? (code || 'no connection')}`, {
    hint: 'Check --store, the network and a proxy (HTTPS_PROXY).',
    cause,
  });
}
