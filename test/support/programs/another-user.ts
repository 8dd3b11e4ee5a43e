/**
 * The words in front of a command that run it as another user.
 *
 * @param user number of one that may do nothing; whoever is not root can be another only in a user namespace: root there.
 */
export function asAnotherUser(user = '65534'): string[] {
  if (process.getuid?.() !== 0) return ['unshare', '--user', '--map-root-user'];
  return ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups'];
}
