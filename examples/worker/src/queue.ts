import { setTimeout as wait } from 'node:timers/promises';

export interface Message {
  readonly to: string;
  readonly subject: string;
}

/** Stands for a queue that many workers share: whoever takes a message has to finish it. */
export async function* messages(signal: AbortSignal): AsyncGenerator<Message> {
  for (let number = 1; !signal.aborted; number += 1) {
    yield { to: `customer-${number}@example.com`, subject: `Order ${number} is on its way` };
    // Nothing more to do for now. SIGTERM ends the waiting, too.
    await wait(200, undefined, { signal }).catch(() => undefined);
  }
}
