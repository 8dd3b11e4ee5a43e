import { join } from 'node:path';

const dist = join(import.meta.dirname, '../../../dist');

/** The example application, built for this machine before the tests start. */
export const helloExecutable = join(dist, 'hello-world');

/** The same application with another answer: the next version. */
export const changedExecutable = join(dist, 'changed');

/** Two versions of an application whose answers take as long as they are asked to. */
export const busyExecutables = { first: join(dist, 'busy'), second: join(dist, 'busy-changed') };
