import { readdir, readFile } from 'node:fs/promises';

/** Which of its memory a core file of a process would hold, as a number of bits; the process is found by the end of its command line. */
export async function coreFilterOf(words: readonly string[]): Promise<number> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    // It may have ended meanwhile.
    const line = await readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '');
    if (!line.endsWith(`\0${words.join('\0')}\0`)) continue;
    return Number.parseInt(await readFile(`/proc/${pid}/coredump_filter`, 'utf8'), 16);
  }
  throw new Error(`No process was started by ${words.join(' ')}`);
}
