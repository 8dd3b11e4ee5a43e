/** What is asked for at a time: little enough to be asked for again where a connection breaks. */
const rangeBytes = 4 << 20;

/**
 * Reads an object range by range, the next one while the last is used; two of them are held.
 *
 * @param read `end` is exclusive.
 */
export async function* inRanges(
  sizeBytes: number,
  read: (start: number, end: number) => Promise<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const from = (start: number) => read(start, Math.min(start + rangeBytes, sizeBytes));
  let next = sizeBytes > 0 ? from(0) : undefined;
  for (let start = 0; next !== undefined;) {
    const chunk = await next;
    start += rangeBytes;
    next = start < sizeBytes ? from(start) : undefined;
    // Awaited above, later: until then a failure is nobody's.
    next?.catch(() => undefined);
    yield chunk;
  }
}
