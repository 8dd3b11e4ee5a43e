import { writeFileSync } from 'node:fs';

/**
 * Has Linux leave memory out of the core file of a crash, since credentials are in it. Programs that are started from here inherit that.
 * https://man7.org/linux/man-pages/man5/core.5.html
 */
export function keepMemoryOutOfCoreFiles(): void {
  if (process.platform !== 'linux') return;
  try {
    writeFileSync('/proc/self/coredump_filter', '0');
  } catch (error) {
    // Not every sandbox and kernel has it, or lets it be written.
    if (!['ENOENT', 'EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
