import { describe, it } from '@jest/globals';

/** Adds a step: a test that starts where the one before has ended. */
export type JourneyStep = (title: string, limitMs: number, run: () => Promise<void>) => void;

/**
 * Tests that follow each other, as one journey. After a step that failed the others fail at once, instead of waiting for
 * what that step has not made.
 */
export function journey(name: string, define: (step: JourneyStep) => void): void {
  describe(name, () => {
    const inOrder = stepsInOrder();
    define((title, limitMs, run) => it(title, inOrder(title, run), limitMs));
  });
}

/** Wraps steps so that each runs only if all before it have succeeded. */
export function stepsInOrder(): (title: string, run: () => Promise<void>) => () => Promise<void> {
  const titles: string[] = [];
  let reached = 0;
  let isBroken = false;
  return (title, run) => {
    const index = titles.push(title) - 1;
    return async () => {
      // A step that ran out of time may end later; the journey is over even so.
      isBroken ||= reached < index;
      if (isBroken) throw new Error(`not reached: step "${titles[reached]}" failed`);
      await run();
      if (!isBroken) reached = index + 1;
    };
  };
}
