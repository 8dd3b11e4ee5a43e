import type { Intent } from '../../intent.ts';

/** What a replica may write, in Kubernetes quantities. Its own file system is read-only. */
export interface DiskRoom {
  /** The executable and one that is being fetched beside it. On disk: in memory it would count against the limit. */
  readonly executable: string;
  readonly tmp: string;
  /** What it writes in any case, so that it goes to a node that has room. */
  readonly request: string;
  /** All of that, and its logs: kubelets keep 50 MiB of a container, those of some clouds 250. */
  readonly limit: string;
}

const tmpMebibytes = 64;
const logMebibytes = 1024;

export function diskRoomOf({ versions }: Pick<Intent, 'versions'>): DiskRoom {
  const largest = Math.max(...Object.values(versions).map(({ sizeBytes }) => sizeBytes)) / 2 ** 20;
  const executable = Math.ceil(2 * largest) + 16;
  const mebibytes = (count: number): string => `${count}Mi`;
  return {
    executable: mebibytes(executable),
    tmp: mebibytes(tmpMebibytes),
    request: mebibytes(Math.ceil(largest) + 16),
    limit: mebibytes(executable + tmpMebibytes + logMebibytes),
  };
}
