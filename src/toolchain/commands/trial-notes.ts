import type { TrialOutcome } from '../trial.ts';

/** What the trial run showed. */
export function trialNotes(trial: TrialOutcome): string[] {
  const tried = `Tried ${trial.isHidden ? 'without sight of the project' : 'in an empty folder'}`;
  const seconds = `${(trial.ms / 1000).toFixed(trial.ms < 10_000 ? 1 : 0)} s`;
  switch (trial.kind) {
    case 'answers':
      return [`${tried}: answers ${trial.status} at / after ${trial.ms} ms`];
    case 'works':
      return [`${tried}: works`];
    case 'ended':
      if (trial.status === 0) return [`${tried}: ended by itself after ${trial.ms} ms`];
      return [
        `${tried}: ended with ${trial.status}. That is right if it needs settings or services that are not here:`,
        ...lastLines(trial.stderr),
      ];
    default:
      return [
        `${tried}: neither listened nor ended within ${seconds}. That is right if it waits for a service that is not here; --trial-timeout gives it longer`,
        ...lastLines(trial.stderr),
      ];
  }
}

function lastLines(text: string): string[] {
  return text.trim() === ''
    ? []
    : text
        .trimEnd()
        .split('\n')
        .slice(-12)
        .map((line) => `  ${line}`);
}
