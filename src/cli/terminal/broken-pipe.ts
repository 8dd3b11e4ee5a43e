import { fstatSync, writeSync } from 'node:fs';

/**
 * What happens to the other end of stdout or stderr is no bug of ours: a reader that has enough (`| head -1`) is left
 * in peace, and so is a terminal that was closed; a full disk is told in one line and shows in the exit status.
 *
 * The handlers stay: such an error may come after the last write.
 *
 * @param onClosed called when nobody reads stdout any more: whoever writes on and on then has to stop.
 */
export function endOnBrokenPipe(onClosed: () => void = () => undefined): void {
  const failed = (name: 'stdout' | 'stderr') => (error: NodeJS.ErrnoException) => {
    // EIO is how a terminal that is gone answers; a disk that fails does, too.
    if (error.code === 'EPIPE' || (error.code === 'EIO' && process[name].isTTY)) {
      if (name === 'stdout') onClosed();
      return;
    }
    // Not before the end: until then the exit status is whatever the command returns.
    process.once('exit', () => {
      process.exitCode = process.exitCode || 3;
    });
    if (name === 'stdout') process.stderr.write(`error: Cannot write to stdout: ${error.code ?? error.message}.\n`);
  };
  writeWhole();
  process.stdout.on('error', failed('stdout'));
  process.stderr.on('error', failed('stderr'));
}

/**
 * To a file Node.js writes each chunk once, and calls it done where a disk that is nearly full has taken a part of it:
 * lib/internal/fs/sync_write_stream.js. Here the rest is written, too, or its error shows.
 */
function writeWhole(): void {
  const { stdout } = process;
  if (!isFile(stdout.fd)) return;
  stdout._write = (chunk: Uint8Array, _encoding, done) => {
    try {
      for (let written = 0; written < chunk.length;) written += writeSync(stdout.fd, chunk, written);
    } catch (error) {
      done(error as NodeJS.ErrnoException);
      return;
    }
    done();
  };
}

/** False also where stdout is closed. */
function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EBADF') return false;
    throw error;
  }
}
