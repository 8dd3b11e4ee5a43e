import { constants } from 'node:os';

/** The signals that ask a program to end. */
const endingSignals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

type EndSignal = (typeof endingSignals)[number];

export interface EndSignals {
  /** Aborts at the first of them. */
  readonly signal: AbortSignal;
  /**
   * Calls the application's own handlers of the signal that came, and waits until they are done, but not after `late` aborts:
   * their promises have settled, and, where one gave none, `done` is fulfilled; or one has sent the signal again.
   *
   * @throws what a handler throws.
   */
  readonly callHandlers: (wait: { readonly late: AbortSignal; readonly done: Promise<unknown> }) => Promise<void>;
  /** Gives the signals back. */
  readonly release: () => void;
}

/** Stands among the handlers, so that Node.js hears of the signal, and the default does not end the program. */
const hold = (): void => undefined;

/**
 * Takes over the signals that ask this program to end. Handlers that the application adds, or has added, stay where Node.js
 * keeps them (`process.listeners` shows them), but they are called by {@link EndSignals.callHandlers} alone.
 *
 * After the first signal, the next one of any kind meets the default and ends the program at once. Handlers are needed even
 * for the default behaviour: PID 1 of a container ignores a signal that it does not handle.
 */
export function takeEndSignals(): EndSignals {
  const controller = new AbortController();
  const sentAgain = Promise.withResolvers<void>();
  const emit = Reflect.get(process, 'emit') as (...args: readonly unknown[]) => boolean;
  let received: EndSignal = 'SIGTERM';
  let isCalling = false;

  const onSignal = (name: EndSignal): void => {
    if (isCalling) {
      // A handler that is done sends the signal to its own process.
      sentAgain.resolve();
    } else if (controller.signal.aborted) {
      release();
      for (const each of endingSignals) process.removeAllListeners(each);
      process.kill(process.pid, name);
    } else {
      received = name;
      controller.abort();
    }
  };
  // Node.js emits a signal by the `emit` that there is when its first listener is added.
  const emitOther = (event: string | symbol, ...args: readonly unknown[]): boolean => {
    const name = endingSignals.find((each) => each === event);
    if (name === undefined) return Reflect.apply(emit, process, [event, ...args]);
    onSignal(name);
    return true;
  };
  const holdAgain = (event: string | symbol, listener: unknown): void => {
    const name = endingSignals.find((each) => each === event);
    if (name !== undefined && listener === hold) process.on(name, hold);
  };
  const release = (): void => {
    process.off('removeListener', holdAgain);
    if (process.emit === (emitOther as typeof process.emit)) process.emit = emit as typeof process.emit;
    for (const name of endingSignals) process.off(name, hold);
  };

  process.emit = emitOther as typeof process.emit;
  for (const name of endingSignals) {
    const earlier = process.rawListeners(name) as NodeJS.SignalsListener[];
    process.removeAllListeners(name);
    for (const listener of [hold, ...earlier]) process.on(name, listener);
  }
  process.on('removeListener', holdAgain);

  return {
    signal: controller.signal,
    release,

    async callHandlers({ late, done }) {
      isCalling = true;
      const handlers = (process.rawListeners(received) as NodeJS.SignalsListener[]).filter((each) => each !== hold);
      const returned = handlers.map((handler): unknown =>
        Reflect.apply(handler, process, [received, constants.signals[received]]),
      );
      const over = Promise.race([sentAgain.promise, aborted(late)]);
      const isTold = returned.every((each) => each instanceof Promise);
      await Promise.race([Promise.all(returned).then(async () => (isTold ? undefined : done)), over]);
    },
  };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
}
