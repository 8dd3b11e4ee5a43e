import { sayDone, sayDev, type Change, type Stages } from './dev-log.ts';
import { startChild, type DevChild } from './dev-child.ts';

export interface DevProgramOptions {
  readonly words: readonly string[];
  readonly isDeploy: boolean;
  readonly name: string;
  /** The executable's path. */
  readonly output: string;
  /** True once the loop ends: how the program ends is no news then. */
  readonly isEnding: () => boolean;
}

/** The program that runs, and is replaced whenever a newer one is built. */
export function devProgram({ words, isDeploy, name, output, isEnding }: DevProgramOptions) {
  let child: DevChild | undefined;
  let hasFailed = false;

  const answers = async (url: string, of: DevChild, done: () => void): Promise<void> => {
    try {
      await fetch(`${url}/selfsame/ready`);
      done();
    } catch (error) {
      // One that was ended meanwhile answers no more.
      if (of === child && !of.hasEnded()) sayDev(`${name} does not answer on ${url}: ${String(error)}`);
    }
  };

  return {
    async replace(change: Change, build: number): Promise<void> {
      hasFailed = false;
      const stopAt = performance.now();
      const old = child?.hasEnded() === true ? undefined : child;
      child = undefined;
      await old?.stop('SIGTERM');
      const startAt = performance.now();
      const stop = old === undefined ? {} : { stop: startAt - stopAt };
      const stages = (stage: string): Stages => ({ build, ...stop, [stage]: performance.now() - startAt });
      const onServing = (url: string): void => {
        void answers(url, started, () => {
          if (started === child) sayDone(`${name} answers on ${url}`, { ...change, stages: stages('start') });
        });
      };
      const started = startChild({ executable: output, words, ...(!isDeploy && { onServing }) });
      child = started;
      void tellEnd(started, () => sayDone('Deployed', { ...change, stages: stages('deploy') }));
    },
    isThere: () => child !== undefined && !child.hasEnded(),
    /** It ended and was not meant to: the next save starts it again, whatever was saved. */
    hasFailed: () => hasFailed,
    stop: async (signal: NodeJS.Signals) => child?.stop(signal),
    kill: () => child?.kill(),
  };

  async function tellEnd(started: DevChild, deployed: () => void): Promise<void> {
    const how = await started.ended.catch((error: unknown) => `an error: ${String(error)}`);
    if (started !== child || isEnding()) return;
    hasFailed = !isDeploy || how !== 0;
    if (!hasFailed) deployed();
    else sayDev(`${isDeploy ? 'The deploy' : name} ended with ${how}; waiting for a change`);
  }
}
