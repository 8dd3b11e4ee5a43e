/** Takes the time of what a user types, for a table. */
export interface Stopwatch {
  /** Runs one command. */
  readonly step: <Result>(words: string, run: () => Promise<Result>) => Promise<Result>;
  /** What each step took, and all of them. */
  readonly table: () => string;
}

export function stopwatch(title: string): Stopwatch {
  const rows: { words: string; seconds: number }[] = [];
  return {
    step: async (words, run) => {
      const startedAt = performance.now();
      try {
        return await run();
      } catch (error) {
        throw new Error(`${title}: ${words} went wrong`, { cause: error });
      } finally {
        rows.push({ words, seconds: (performance.now() - startedAt) / 1000 });
      }
    },
    table: () => {
      const total = rows.reduce((sum, { seconds }) => sum + seconds, 0);
      const lines = [...rows, { words: `${rows.length} commands`, seconds: total }].map(
        ({ words, seconds }) => `  ${words.padEnd(36)} ${seconds.toFixed(1).padStart(7)} s`,
      );
      return `${title}\n${lines.join('\n')}\n`;
    },
  };
}
