/** A question to a running application: a path for GET, or more. */
export type Question = string | HttpQuestion | SocketQuestion;

interface Asked {
  readonly path: string;
  /** The variable of the environment that has the port; PORT unless said. */
  readonly port?: string;
  /** What differs from one start to the next. It is left out of the answer. */
  readonly mask?: RegExp;
}

export interface HttpQuestion extends Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly isTls?: boolean;
  /** The answer is a stack trace: of it only the places in the sample's own sources count. */
  readonly isTrace?: boolean;
  /** Ask until the status is no error, for what the application opens after its server. */
  readonly isPatient?: boolean;
}

/** Messages to a WebSocket, each sent when the one before is answered. */
export interface SocketQuestion extends Asked {
  readonly send: readonly string[];
}

/** A project of a stranger, in `samples/<name>`: its `start` is what plain Node.js runs, and its `src/selfsame.ts` is what is built. */
export interface SampleApplication {
  readonly name: string;
  /** None for a program that serves nothing. */
  readonly asks?: readonly Question[];
  /** Lines of its output that have to be the same; a program that is not asked anything is compared by all it prints. */
  readonly prints?: RegExp;
  /** What it prints, after all answers, before it is told to stop. A program that is neither asked nor waited for ends by itself. */
  readonly until?: RegExp;
  /** What differs in the lines that it prints. */
  readonly mask?: RegExp;
  /** Environment of both; each name that starts with PORT gets a free port. */
  readonly env?: Readonly<Record<string, string>>;
  /** Files in its HOME when it starts, by name. */
  readonly home?: Readonly<Record<string, string>>;
  /** The words behind the program's name, on both sides. */
  readonly words?: readonly string[];
  /** False where install scripts would compile or download what the sample does not need. */
  readonly hasInstallScripts?: boolean;
  /** One of those that differ most, which CI runs. */
  readonly isInCi?: boolean;
  /** Its executable is rebuilt for arm64 and asked the same under an emulator. */
  readonly isForArm64?: boolean;
}

export function post(path: string, value: unknown): HttpQuestion {
  return { path, method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

export function trace(path: string): HttpQuestion {
  return { path, isTrace: true };
}
