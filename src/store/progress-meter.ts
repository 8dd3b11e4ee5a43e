/** Counts what crosses the wire while several blocks do at once. */
export interface ProgressMeter {
  /** Opens the account of one block. */
  block(): { begin(): void; at(loadedBytes: number): void };
  /** What need not be sent; less than 0 takes back what has to be sent after all. */
  reused(bytes: number): void;
  /** All bytes that were sent, also those sent twice because a connection broke. */
  sentBytes(): number;
  reusedBytes(): number;
}

/**
 * Makes a meter.
 *
 * @param onProgress gets the bytes that count towards the end, so that a block sent again takes its bytes back first,
 *   and those there are to send.
 */
export function progressMeter(
  sizeBytes: number,
  onProgress?: (doneBytes: number, totalBytes: number) => void,
): ProgressMeter {
  let done = 0;
  let sent = 0;
  let reused = 0;
  const tell = () => onProgress?.(done, sizeBytes - reused);
  return {
    block() {
      let loaded = 0;
      return {
        begin() {
          done -= loaded;
          loaded = 0;
        },
        at(loadedBytes) {
          done += loadedBytes - loaded;
          sent += loadedBytes - loaded;
          loaded = loadedBytes;
          tell();
        },
      };
    },
    reused(bytes) {
      reused += bytes;
      tell();
    },
    sentBytes: () => sent,
    reusedBytes: () => reused,
  };
}
