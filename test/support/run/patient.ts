import { TestEnvironment } from 'jest-environment-node';

/** Beside all other tests one takes several times as long as by itself. */
const factor = 4;

interface Timed {
  /** In milliseconds. */
  timeout?: number | undefined;
}

interface State {
  readonly rootDescribeBlock: Block;
  /** In milliseconds: of what names no limit. */
  testTimeout: number;
}

interface Block {
  readonly hooks: readonly Timed[];
  readonly tests: readonly Timed[];
  readonly children: readonly (Timed | Block)[];
}

/** Where tests run: the limits of tests and their hooks are there for what hangs, so they are lengthened. */
export default class PatientEnvironment extends TestEnvironment {
  /** As jest-circus calls it. https://jestjs.io/docs/configuration#testenvironment-string */
  handleTestEvent({ name }: { readonly name: string }, state: State): void {
    if (name !== 'run_start') return;
    state.testTimeout *= factor;
    lengthen(state.rootDescribeBlock);
  }
}

function lengthen({ hooks, tests, children }: Block): void {
  for (const timed of [...hooks, ...tests]) if (timed.timeout !== undefined) timed.timeout *= factor;
  for (const child of children) if ('hooks' in child) lengthen(child);
}
