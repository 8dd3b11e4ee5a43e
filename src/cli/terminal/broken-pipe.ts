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
  process.stdout.on('error', failed('stdout'));
  process.stderr.on('error', failed('stderr'));
}
