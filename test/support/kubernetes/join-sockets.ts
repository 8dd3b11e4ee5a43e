import type { Socket } from 'node:net';

/**
 * Passes on what comes between two connections, both ways; where one ends, the other does.
 *
 * @param open holds both for as long as they are open.
 */
export function joinSockets(client: Socket, upstream: Socket, open: Set<Socket>): void {
  for (const [one, other] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    open.add(one);
    one.pipe(other);
    one.on('error', () => other.destroy());
    one.on('close', () => {
      other.destroy();
      open.delete(one);
    });
  }
}
