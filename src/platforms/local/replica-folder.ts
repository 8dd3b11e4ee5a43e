import { utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { makeTemporaryFolder } from '../../executable/format/leftovers.ts';

const touchMs = 3_600_000;

/**
 * Makes the folder of a run's replicas, and removes those of earlier runs of the same application that were killed, guards and all: they hold a link.
 *
 * @param name of the application.
 */
export async function makeReplicaFolder(name: string): Promise<string> {
  const folder = await makeTemporaryFolder(tmpdir(), `selfsame-${name}-`);
  // Replicas run for days, and what is old is removed from other containers. In the end it is gone.
  setInterval(() => void utimes(folder, new Date(), new Date()).catch(() => undefined), touchMs).unref();
  return folder;
}
