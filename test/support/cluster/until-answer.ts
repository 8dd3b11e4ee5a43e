import { setTimeout as wait } from 'node:timers/promises';

/** Asks until an answer is as wanted: that pods were replaced is news that reaches the proxies a moment later. */
export async function untilAnswer(url: string, isWanted: (text: string) => boolean): Promise<void> {
  const late = AbortSignal.timeout(30_000);
  for (let said = ''; ; await wait(100)) {
    const response = await fetch(url, { signal: late, headers: { Connection: 'close' } }).catch((error: unknown) => {
      if (late.aborted) throw new Error(`${url} said last: ${said}`, { cause: error });
      return undefined;
    });
    said = (await response?.text()) ?? said;
    if (isWanted(said)) return;
  }
}
