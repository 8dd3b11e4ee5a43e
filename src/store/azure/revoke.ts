import { notRevocable } from '../errors.ts';
import type { WaitOptions } from '../store.ts';
import type { Opener } from './access.ts';
import { prolongPolicy } from './policy.ts';

/**
 * Ends all links into a container, whatever application they are of. They share one policy, since Azure has five for a
 * container and there may be more applications: another name takes its place. It counts within 30 s.
 *
 * @throws {DeployError} `not-revocable` unless an account key is at hand; others cannot change policies, nor make such links.
 */
export async function endLinks(
  opener: Opener,
  { address, signal }: WaitOptions & { readonly address: string },
): Promise<void> {
  const { credentials, account } = opener;
  if (credentials.kind === 'sas') {
    throw notRevocable(address, {
      why: 'pods read with the SAS you deploy with',
      hint: 'Remove its stored access policy, or renew the account key that signed it; then deploy with a new SAS.',
    });
  }
  if (credentials.kind === 'identity') {
    throw notRevocable(address, {
      why: 'they are signed by an identity, at the longest for 7 days',
      hint: `Run: az storage account revoke-delegation-keys --name ${account ?? 'ACCOUNT'} --resource-group GROUP. Then deploy again.`,
    });
  }
  await prolongPolicy(opener, { signal, anew: true });
}
