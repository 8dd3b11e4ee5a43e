import type { Application } from '../../app/application.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** What fetches, verifies and starts an executable, as text. */
export interface RunnerTexts {
  /** The script of Dockerfile.runner: for images that we built, and for processes on this machine. */
  readonly thin: () => string;
  /** The bundle that a stock image of Node.js is given. */
  readonly stock: () => string;
}

/** One run of the deploying half. */
export interface Session {
  readonly app: Application;
  readonly terminal: Terminal;
  /** Aborts on the first Ctrl-C, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
  /** Aborts on the second, right before the program ends: only what is done at once is done then. */
  readonly atOnce: AbortSignal;
  /** Does as if a first signal had come. */
  readonly stop: (name: NodeJS.Signals) => void;
  /** The exit status of a command that a signal ended before it was done: 128 + the signal's number. */
  readonly endedStatus: () => number;
  readonly runners: RunnerTexts;
  /** The program as it was typed, for commands that the user can copy. */
  readonly program: string;
}
