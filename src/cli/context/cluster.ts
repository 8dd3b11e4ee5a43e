import prettyMilliseconds from 'pretty-ms';
import { connect, type Cluster } from '../../platforms/kubernetes/api/client.ts';
import { parseNamespace } from '../../deploy/plan/kubernetes-name.ts';
import type { FlagsOf } from '../../shared/flag.ts';
import type { deploymentFlags } from '../flags/shared-flags.ts';
import type { Session } from './session.ts';

export type ClusterFlags = Pick<FlagsOf<typeof deploymentFlags>, 'kubeconfig' | 'context' | 'namespace'>;

/**
 * Connects to the cluster that the flags name. Its calls end with their own signals, not all at once on Ctrl-C: `--rm`
 * still has something to do then. That it stops answering in the middle, and that it answers again, is said.
 *
 * @param session its signal ends the connecting alone.
 */
export async function openCluster(
  { kubeconfig, context, namespace }: ClusterFlags,
  { terminal, signal }: Pick<Session, 'terminal' | 'signal'>,
): Promise<Cluster> {
  return connect({
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(context !== undefined && { context }),
    ...(namespace !== undefined && { namespace: parseNamespace(namespace) }),
    environment: process.env,
    signal: new AbortController().signal,
    connecting: signal,
    onTrouble(trouble) {
      if (trouble === undefined) return terminal.say('The cluster answers again');
      const { error, limitMs } = trouble;
      const limit = prettyMilliseconds(limitMs, { verbose: true });
      terminal.report({ kind: 'warning', text: `${error.message}; trying again for up to ${limit}` });
    },
  });
}
