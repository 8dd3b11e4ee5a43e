// Some tests make namespaces: full disks, mounts, a process that is PID 1, a machine without a network.
import { spawnSync } from 'node:child_process';

/**
 * What to do where namespaces cannot be made here, in one line; undefined where they can.
 *
 * @param unshare the command that makes them.
 */
export function missingPrivilege(unshare = 'unshare'): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const words = ['--user', '--map-root-user', '--mount', '--net', '--pid', '--fork', '--mount-proc', 'true'];
  const { status } = spawnSync(unshare, words, { stdio: 'ignore' });
  if (status === 0) return undefined;
  return (
    'Some tests need user namespaces, which this machine refuses to this user, and will fail. Run as root, or allow them: ' +
    'sudo sysctl -w kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0 user.max_user_namespaces=10000'
  );
}
