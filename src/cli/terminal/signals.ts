import { constants } from 'node:os';

const ending = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Ending {
  readonly signal: AbortSignal;
  /** Aborts right before the program ends at once: what its listeners do has to be done when they return. */
  readonly atOnce: AbortSignal;
  readonly endedStatus: () => number;
  readonly end: () => void;
  readonly stop: (name: NodeJS.Signals) => void;
}

/**
 * Turns the first Ctrl-C, SIGTERM or closed terminal into an aborted signal; a second Ctrl-C or SIGTERM ends the program at
 * once. A terminal that closes does not: the kernel and the shell both tell of it, so that it always comes twice.
 *
 * @returns `endedStatus`: the exit status of a program that a signal ended, 128 + its number; `end` takes the handlers
 *   away; `stop` does as if a first signal had come.
 */
export function untilSignal(): Ending {
  const controller = new AbortController();
  const atOnce = new AbortController();
  let received: NodeJS.Signals = 'SIGINT';
  const stop = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) return;
    received = name;
    controller.abort(new Error(`Ended by ${name}`));
  };
  const onSignal = (name: NodeJS.Signals): void => {
    if (!controller.signal.aborted) {
      stop(name);
    } else if (name !== 'SIGHUP') {
      atOnce.abort();
      // Without handlers it meets the default: the end.
      end();
      process.kill(process.pid, name);
    }
  };
  const end = (): void => {
    for (const name of ending) process.off(name, onSignal);
  };
  for (const name of ending) process.on(name, onSignal);
  return {
    signal: controller.signal,
    atOnce: atOnce.signal,
    endedStatus: () => 128 + constants.signals[received],
    end,
    stop,
  };
}
