import { DeployError } from '../shared/errors.ts';
import { touchAfterMs, type PutOptions } from './store.ts';

interface TouchOptions {
  readonly storedAt: Date;
  readonly freshMs: number | undefined;
  /** For people. */
  readonly address: string;
  readonly options: PutOptions;
  /** False if the object is gone. */
  readonly setDate: () => Promise<boolean>;
}

/**
 * Has what a deploy found in a store count as in use. Whoever may not write that deploys all the same, and is told.
 *
 * @returns false if it is gone, and has to be stored again.
 */
export async function touch({ storedAt, freshMs, address, options, setDate }: TouchOptions): Promise<boolean> {
  if (Date.now() - storedAt.getTime() < (freshMs ?? touchAfterMs)) return true;
  try {
    return await setDate();
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!(error instanceof DeployError)) throw error;
    options.onNotice?.(
      `${address} does not let what it has be dated anew (${error.message}): run no self gc on it while this deploys`,
    );
    return true;
  }
}
