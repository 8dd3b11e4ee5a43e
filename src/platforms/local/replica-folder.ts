import { tmpdir } from 'node:os';
import { makeTemporaryFolder } from '../../executable/format/leftovers.ts';

/**
 * Makes the folder of a run's replicas, and removes those of earlier runs of the same application that were killed, guards and all: they hold a link.
 *
 * @param name of the application.
 */
export async function makeReplicaFolder(name: string): Promise<string> {
  return makeTemporaryFolder(tmpdir(), `selfsame-${name}-`);
}
